# Looks at a page in headless Chromium, as wide as on a desk and as narrow as on a phone, and says what
# is wrong with it.  The page itself is not changed: a frame around it holds the checks.
package Browser;

use strict;
use warnings;

use Exporter 'import';
use File::Temp qw(tempdir);
use IPC::Run qw(run);
use JSON::PP qw(decode_json);

our @EXPORT = qw(look_at);

my $checks = do
{
	my $file = __FILE__ =~ s/Browser\.pm$/checks.js/r;
	open my $in, '<', $file or die "could not read $file: $!";
	local $/;
	<$in>;
};

sub attribute
{
	my ($text) = @_;
	my %entity = ('&' => '&amp;', '"' => '&quot;');
	return $text =~ s/([&"])/$entity{$1}/gr;
}

sub frame
{
	my ($page, $widths) = @_;
	my $srcdoc = attribute($page);
	my $frames = join "\n",
	  map { qq(<iframe width="$_" height="900" style="border: 0" srcdoc="$srcdoc"></iframe>) } @$widths;
	return <<"HTML";
<!DOCTYPE html><html style="color-scheme: light dark"><meta charset="utf-8"><body>
$frames
<pre id="found"></pre>
<script>$checks</script>
</body></html>
HTML
}

# Problems of a page in a colour scheme (light or dark) at several widths, by width, and what the
# console said, as a list of lines.
sub look_at
{
	my ($page, $scheme, @widths) = @_;
	my $home = tempdir(CLEANUP => 1);
	open my $out, '>', "$home/frame.html" or die "could not write $home/frame.html: $!";
	print $out frame($page, \@widths);
	close $out;

	local $ENV{HOME} = $home;
	local $ENV{XDG_CONFIG_HOME} = $home;
	local $ENV{XDG_CACHE_HOME} = $home;
	my $dark = $scheme eq 'dark' ? 0 : 1;
	my @command = (
		qw(timeout -k 5 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run
		  --disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage
		  --enable-logging=stderr --virtual-time-budget=10000),
		'--window-size=1400,2000', '--host-resolver-rules=MAP * ~NOTFOUND', "--blink-settings=preferredColorScheme=$dark",
		"--user-data-dir=$home/profile", '--dump-dom', "file://$home/frame.html");
	my ($dom, $log);
	run \@command, '<', \undef, '>', \$dom, '2>', \$log
	  or die "chromium ended with status $?:\n$log";
	my ($found) = $dom =~ m{<pre id="found">(.*?)</pre>}s
	  or die "the checks have not come to their end:\n$log";
	my %character = (amp => '&', lt => '<', gt => '>');
	$found =~ s/&(amp|lt|gt);/$character{$1}/g;
	die "the checks have not come to their end:\n$log" if $found eq '';
	return (decode_json($found), [ $log =~ /^.*CONSOLE.*$/mg ]);
}

1;
