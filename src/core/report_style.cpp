#include "core/report_style.h"

namespace pgscale {
namespace {

// One accent; colours of text have a contrast of at least 4.5 to their ground in both schemes.
constexpr char kColours[] = R"css(
:root {
  color-scheme: light dark;
  --ground: #fcfcfa; --ink: #1c2429; --soft: #586570; --rule: #e4e7e6; --rail: #edf0ef;
  --accent: #0d6b78; --accent-soft: #d5e8ea; --bar: #2f808c;
  --good: #1c7a4a; --warning: #8f5b00; --bad: #b3261e; --unknown: #586570;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #13181b; --ink: #e3e8ea; --soft: #98a5ad; --rule: #2a3236; --rail: #20282c;
    --accent: #58bcc9; --accent-soft: #1c3d43; --bar: #3f97a3;
    --good: #57c58b; --warning: #e2aa45; --bad: #f38c84; --unknown: #98a5ad;
  }
}
@media print {
  :root {
    color-scheme: light;
    --ground: #fff; --ink: #111; --soft: #4a555d; --rule: #d5d9da; --rail: #eceeee;
    --accent: #0d6b78; --accent-soft: #d5e8ea; --bar: #2f808c;
    --good: #1c7a4a; --warning: #8f5b00; --bad: #b3261e; --unknown: #4a555d;
  }
}
)css";

constexpr char kText[] = R"css(
* { box-sizing: border-box; }
html { scroll-padding-top: 1.5rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.6 system-ui, -apple-system, "Segoe UI", Inter, Roboto, "Helvetica Neue", Arial,
    sans-serif;
  font-variant-numeric: tabular-nums;
}
h1 { margin: .1rem 0 .4rem; font-size: 2.1rem; line-height: 1.15; font-weight: 650;
  letter-spacing: -.02em; overflow-wrap: anywhere; }
h2 { margin: 0 0 .3rem; font-size: 1.3rem; line-height: 1.3; font-weight: 650;
  letter-spacing: -.01em; }
h3 { margin: 2.2rem 0 .1rem; font-size: 1.05rem; font-weight: 650; overflow-wrap: anywhere; }
h3 code { font: inherit; }
p { margin: .2rem 0; }
strong { font-weight: 600; }
a { color: var(--accent); }
code { font: .92em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono",
  monospace; overflow-wrap: anywhere; unicode-bidi: isolate; }
.soft, .empty, .lead, .meta, .more { color: var(--soft); }
.lead { max-width: 42rem; margin-bottom: 1.2rem; font-size: 1.02rem; }
.lead strong { color: var(--ink); }
.empty { max-width: 38rem; padding: .9rem 0 0; }
.notice { max-width: 42rem; margin: 0 0 1rem; padding: .1rem 0 .1rem .9rem;
  border-left: 3px solid var(--warning); }
.mark { display: inline-flex; align-items: baseline; gap: .45em; font-weight: 600; }
td .mark, .lead .mark, .together { white-space: nowrap; }
.good { color: var(--good); }
.warning { color: var(--warning); }
.bad { color: var(--bad); }
.unknown { color: var(--unknown); }
.plain { color: var(--soft); }
.shape { flex: none; fill: currentColor; }
)css";

constexpr char kPage[] = R"css(
.page { max-width: 1180px; margin: 0 auto; padding: 0 2rem 4rem; display: grid;
  grid-template-columns: 10.5rem minmax(0, 1fr); column-gap: 4rem; }
header { grid-column: 1 / -1; padding: 3.2rem 0 2.2rem; border-bottom: 1px solid var(--rule); }
.eyebrow { margin: 0; color: var(--accent); font-weight: 600; font-size: .85rem;
  letter-spacing: .02em; }
.figures { display: flex; flex-wrap: wrap; gap: 1.4rem 3.2rem; margin: 1.9rem 0 0; }
.figures dt { color: var(--soft); font-size: .85rem; }
.figures dd { margin: 0; font-size: 1.45rem; line-height: 1.35; font-weight: 600;
  letter-spacing: -.01em; }
.figures dd span { display: block; font-size: .85rem; font-weight: 400; letter-spacing: 0;
  color: var(--soft); }
nav { position: sticky; top: 0; align-self: start; padding: 2.6rem 0 1rem; font-size: .92rem; }
nav a { display: flex; align-items: center; gap: .6em; padding: .28rem 0; color: var(--soft);
  text-decoration: none; white-space: nowrap; }
nav a:hover, nav a:focus-visible { color: var(--ink); }
main { min-width: 0; }
section { padding: 2.6rem 0 1.6rem; }
section + section { border-top: 1px solid var(--rule); }
footer { grid-column: 2; padding: 1.5rem 0; border-top: 1px solid var(--rule);
  color: var(--soft); font-size: .85rem; }
)css";

constexpr char kTables[] = R"css(
table { width: 100%; border-collapse: collapse; font-size: .92rem; line-height: 1.45;
  margin: .8rem 0 .4rem; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
thead th { padding: .3rem 1.2rem .4rem 0; color: var(--soft); font-weight: 400;
  font-size: .82rem; text-align: left; vertical-align: bottom;
  border-bottom: 1px solid var(--rule); white-space: nowrap; }
tbody th { font-weight: 500; text-align: left; }
tbody th, td { padding: .55rem 1.2rem .55rem 0; vertical-align: top;
  border-bottom: 1px solid var(--rule); overflow-wrap: break-word; }
tr > :last-child { padding-right: 0; }
tbody tr:last-child > * { border-bottom: 0; }
.n { text-align: right; white-space: nowrap; }
thead .n { text-align: right; }
.n .below { white-space: normal; }
.b { width: 20%; min-width: 6rem; }
td svg { display: block; }
td.b svg { margin-top: .42rem; }
td .shape { display: inline; }
.below { display: block; font-weight: 400; font-size: .92em; color: var(--soft); }
.query { min-width: 17rem; display: -webkit-box; -webkit-box-orient: vertical;
  -webkit-line-clamp: 3; overflow: hidden; font-size: .86em; }
details { margin: 1rem 0 0; }
summary { cursor: pointer; color: var(--accent); width: fit-content; }
ul.checks { list-style: none; margin: 1.2rem 0 0; padding: 0; }
ul.checks > li { display: grid; grid-template-columns: 7rem minmax(0, 1fr); gap: .2rem 1rem;
  padding: 1rem 0; border-top: 1px solid var(--rule); }
ul.checks p { max-width: 40rem; }
)css";

constexpr char kPlots[] = R"css(
figure { margin: 1.4rem 0 0; }
figcaption { margin-bottom: .3rem; }
svg { overflow: visible; }
svg.plot, svg.lane { display: block; font-size: 11.5px; }
svg.lane { margin-top: .4rem; }
svg text { fill: var(--soft); }
.grid { stroke: var(--rule); stroke-width: 1; shape-rendering: crispEdges; }
.halo { paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; }
.line { fill: none; stroke: var(--accent); stroke-width: 1.75; stroke-linejoin: round;
  stroke-linecap: round; vector-effect: non-scaling-stroke; }
.spark .line { stroke-width: 1.4; }
.area { fill: var(--accent-soft); opacity: .75; }
.stretch { fill: transparent; }
.stretch:hover { fill: var(--accent); fill-opacity: .14; }
.rail { fill: var(--rail); }
.fill { fill: var(--bar); }
.whisker { stroke: var(--ink); stroke-width: 1.2; }
.lane rect { stroke: var(--ground); stroke-width: 1; }
.lane rect:hover { stroke: var(--ink); }
.data { fill: var(--bar); }
.ahead { fill: url(#hatch); }
.pending { fill: var(--warning); }
.hole { fill: url(#holes); }
line.now { stroke: var(--ink); stroke-width: 1.5; }
svg text.now { fill: var(--ink); font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.6rem; margin: .6rem 0 0; padding: 0;
  list-style: none; color: var(--soft); font-size: .85rem; }
.legend li { display: flex; align-items: center; gap: .5em; }
#hatch path { stroke: var(--bar); stroke-width: 1.6; } #hatch rect { fill: var(--accent-soft); }
#holes path { stroke: var(--bad); stroke-width: 1.6; }
)css";

constexpr char kNarrow[] = R"css(
@media screen and (max-width: 1160px) {
  .page { display: block; padding: 0 1.6rem 3rem; }
  header { padding: 2rem 0 1.4rem; }
  html { scroll-padding-top: 3.6rem; }
  nav { display: flex; gap: 1.3rem; margin: 0 -1.6rem; padding: .55rem 1.6rem; overflow-x: auto;
    background: var(--ground); border-bottom: 1px solid var(--rule); z-index: 1; }
}
@media screen and (max-width: 880px) {
  .page { padding: 0 1.1rem 3rem; }
  nav { margin: 0 -1.1rem; padding: .55rem 1.1rem; }
  h1 { font-size: 1.7rem; }
  .figures { display: grid; grid-template-columns: 1fr 1fr; gap: 1.1rem 1.2rem; }
  .figures dd { font-size: 1.25rem; }
  .spare { display: none; }
  section { padding: 2rem 0 1.2rem; }
  ul.checks > li { grid-template-columns: minmax(0, 1fr); }
  .dense rect { stroke: none; }
  table, tbody { display: block; }
  thead { display: none; }
  tr { display: flex; flex-wrap: wrap; gap: .35rem 1.6rem; padding: .9rem 0;
    border-bottom: 1px solid var(--rule); }
  tbody tr:last-child { border-bottom: 0; }
  tbody th, td, td.n { padding: 0; border: 0; text-align: left; min-width: 0; }
  tbody th, td.b { flex-basis: 100%; }
  td.b { order: 1; }
  td::before { content: attr(data-h); display: block; color: var(--soft); font-size: .85em; }
  td:empty { display: none; }
  .query { min-width: 0; }
}
@media print {
  body { font-size: 9pt; }
  .query { min-width: 0; }
  .page { display: block; max-width: none; padding: 0; }
  header { padding-top: 0; }
  nav { display: none; }
  figure, tr, ul.checks > li { break-inside: avoid; }
  h2, h3, .lead { break-after: avoid; }
}
)css";

}  // namespace

Html report_style() {
  Html style("<style>");
  style << kColours << kText << kPage << kTables << kPlots << kNarrow << "</style>\n";
  return style;
}

Html report_shapes() {
  return Html(
      "<svg class=\"shapes\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>"
      "<symbol id=\"plain\" viewBox=\"0 0 10 10\"><rect x=\"1\" y=\"4\" width=\"8\" "
      "height=\"2\"/></symbol>"
      "<symbol id=\"good\" viewBox=\"0 0 10 10\"><circle cx=\"5\" cy=\"5\" r=\"4\"/></symbol>"
      "<symbol id=\"warning\" viewBox=\"0 0 10 10\"><path d=\"M5 .5 10 9.5H0Z\"/></symbol>"
      "<symbol id=\"bad\" viewBox=\"0 0 10 10\"><path d=\"M5 0 10 5 5 10 0 5Z\"/></symbol>"
      "<symbol id=\"unknown\" viewBox=\"0 0 10 10\"><circle cx=\"5\" cy=\"5\" r=\"3.5\" "
      "fill=\"none\" "
      "stroke=\"currentColor\" stroke-width=\"1.6\"/></symbol>"
      "<pattern id=\"hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">"
      "<rect width=\"5\" height=\"5\"/><path d=\"M-1 6 6 -1M-1 1 1 -1M4 6 6 4\"/></pattern>"
      "<pattern id=\"holes\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">"
      "<path d=\"M-1 6 6 -1M-1 1 1 -1M4 6 6 4\"/></pattern>"
      "</defs></svg>\n");
}

}  // namespace pgscale
