# Folds psql's aligned output to WIDTH columns: the widest column at spaces, with a + where a cell
# goes on in the next line, as psql marks a newline.  Expanded output: the value, in the same way.

function trim(text) {
  sub(/^ +/, "", text)
  sub(/ +$/, "", text)
  return text
}

# Cuts off and returns what fits; the rest stays in REST.
function cut(text, room, at) {
  if (length(text) <= room) {
    rest = ""
    return text
  }
  for (at = room; at > room / 2 && substr(text, at, 1) != " "; at--);
  if (at <= room / 2) at = room
  match(text, /^ */)
  rest = (RLENGTH > 0 ? sprintf("%" RLENGTH + 2 "s", "") : "") trim(substr(text, at + 1))
  text = substr(text, 1, at)
  sub(/ +$/, "", text)
  return text
}

function padded(text, room) { return sprintf("%-" room "s", text) }

{ line[NR] = $0 }

END {
  while (NR > 0 && line[NR] == "") NR--
  if (line[1] ~ /^-\[ RECORD/) fold_records()
  else fold_rows()
}

function fold_records(   i, name, value, plus) {
  for (i = 1; i <= NR; i++) {
    if (line[i] ~ /^-\[ RECORD/) {
      print substr(line[i], 1, width)
      continue
    }
    name = substr(line[i], 1, index(line[i], "|") + 1)
    value = substr(line[i], length(name) + 1)
    plus = value ~ /\+$/
    if (plus) sub(/ *\+$/, "", value)
    while (length(value) > width - length(name) - 1) {
      print name padded(cut(value, width - length(name) - 1), width - length(name) - 1) "+"
      value = "  " rest
      gsub(/[^|]/, " ", name)
    }
    print name (plus ? padded(value, width - length(name) - 1) "+" : value)
  }
}

function fold_rows(   i, c, columns, cell, ruler, from, wide, over, room, part, first) {
  columns = split(line[2], ruler, "+")
  for (c = 1; c <= columns; c++) {
    from[c] = c == 1 ? 1 : from[c - 1] + length(ruler[c - 1]) + 1
    if (length(ruler[c]) > length(ruler[wide])) wide = c
  }
  over = length(line[2]) - width
  room = length(ruler[wide]) - 2 - over
  for (i = 1; i <= NR; i++) {
    if (over <= 0) {
      print line[i]
    } else if (i == 2) {
      print substr(line[2], 1, from[wide] - 1) substr(line[2], from[wide] + over)
    } else {
      rest = substr(line[i], from[wide] + 1, length(ruler[wide]) - 1)
      sub(/ +$/, "", rest)
      if (i == 1) rest = trim(rest)
      for (first = 1; first || rest != ""; first = 0) {
        part = cut(rest, room)
        cell = i == 1 ? sprintf("%" int((room - length(part)) / 2) "s%s", "", part) : part
        print row(line[i], from[wide], length(ruler[wide]), padded(cell, room), first)
      }
    }
  }
}

# A line with its widest cell replaced; all other cells empty unless it is the first.
function row(text, at, length_, cell, first,   before, after) {
  before = substr(text, 1, at - 1)
  after = substr(text, at + length_)
  if (!first) {
    gsub(/[^|]/, " ", before)
    gsub(/[^|]/, " ", after)
  }
  text = before " " cell (rest != "" ? "+" : " ") after
  sub(/ +$/, "", text)
  return text
}
