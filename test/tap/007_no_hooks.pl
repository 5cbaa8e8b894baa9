# The library takes no place in planning or execution, and exports nothing but its entry points.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

my ($directory) = run_command([ 'pg_config', '--pkglibdir' ]);
my $library = "$directory/pgscale.so";
plan skip_all => 'nm is not there' if system('nm --version >/dev/null 2>&1') != 0;

my ($symbols, $error) = run_command([ 'nm', '-D', $library ]);
is($error, '', 'nm reads the library');
my (@uses, @defines);
foreach my $line (split /\n/, $symbols)
{
	my ($type, $name) = $line =~ /^[0-9a-f ]* ([A-Za-z]) ([^@]+)/ or next;
	push @uses, $name if $type =~ /[Uw]/;
	push @defines, $name if $type !~ /[Uw]/;
}
ok((grep { $_ eq 'SPI_connect' } @uses), 'it is the library of the extension');
# The two of shared memory are the only places in the server that it takes.
is_deeply(
	[ sort grep { /_hook(_type)?$/ } @uses ],
	[qw(shmem_request_hook shmem_startup_hook)],
	'no planner, executor, utility, parser or other hook is touched');
is_deeply([ grep { !/^(Pg_magic_func|_PG_init|pg_finfo_pgscale_\w+|pgscale_\w+)$/ } @defines ],
	[], 'only entry points are exported');
is(scalar(grep { $_ eq '_PG_init' } @defines), 1, 'among them _PG_init');

done_testing();
