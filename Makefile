# The build for users (PGXS): make, make install, make installcheck.
# The two commands of the README need nothing installed beforehand: make demo, make check.

EXTENSION = pgscale
MODULE_big = pgscale
EXTVERSION = 1.0

# Joined in this order into the install script.
SQL_OBJECTS = header schema table_ref tables functions import views subpartitions adoption shard_wrapper shards sharded_tables shard_tools shard_drift shard_state drift replication bloat statistics sampling sessions \
	sources thresholds vacuum limits server cache queries relations rollup forecast evidence health metrics report
SQL_FILES = $(SQL_OBJECTS:%=sql/objects/%.sql)
INSTALL_SQL = sql/pgscale--$(EXTVERSION).sql

DATA = $(wildcard sql/upgrades/pgscale--*--*.sql)
DATA_built = $(INSTALL_SQL)

OBJS = $(patsubst %.c,%.o,$(wildcard src/*/*.c)) $(patsubst %.cpp,%.o,$(wildcard src/*/*.cpp))

REGRESS := $(patsubst test/sql/%.sql,%,$(wildcard test/sql/*.sql))
REGRESS_OPTS = --inputdir=test
ISOLATION := $(patsubst test/isolation/specs/%.spec,%,$(wildcard test/isolation/specs/*.spec))
ISOLATION_OPTS = --inputdir=test/isolation
# TAP tests start servers of their own, which root may not; make check does it as another user.
TAP_TESTS := $(if $(filter 0,$(shell id -u)),,$(wildcard test/tap/*.pl))
PROVE_TESTS = test/tap/*.pl

PG_CPPFLAGS = -I$(srcdir)/src -I$(libpq_srcdir) -MMD -MP
PG_CFLAGS = -Wno-declaration-after-statement
PG_CXXFLAGS = -std=c++17 -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wno-unused-parameter $(COPT)
# PGXS links with $(CC).  The version script leaves only the C entry points visible.
SHLIB_LINK = -lstdc++ $(libpq) -Wl,--version-script=$(srcdir)/src/pgscale.map
# No bitcode for the JIT: it would be made by clang with rules of its own for C++.
override with_llvm = no

EXTRA_CLEAN = $(OBJS:.o=.d) src/core/standard.h.gch src/core/standard.h.d results regression.diffs regression.out output_iso log tmp_check \
	build/unit build/server-version

PG_CONFIG ?= pg_config

# These goals need no server to build against; PGXS has a `check` of its own, so it stays out.
PROJECT_GOALS = demo demo-shards demo-stop check bench format layers

ifneq ($(filter $(PROJECT_GOALS),$(MAKECMDGOALS)),)

.PHONY: $(MAKECMDGOALS)
.NOTPARALLEL:

demo:
	@scripts/demo.sh

demo-shards:
	@scripts/demo_shards.sh

demo-stop:
	@scripts/demo_stop.sh

check:
	@scripts/check.sh

bench:
	@scripts/install_deps.sh bench
	@if test -x bench/run.sh; then bench/run.sh; else echo "bench/run.sh is not there yet"; fi

# C++ only: the C of src/shim is in PostgreSQL's style, which clang-format does not know.
format:
	clang-format -i $(filter-out src/shim/%,$(wildcard src/*/*.h src/*/*.cpp)) $(wildcard test/*/*.cpp test/unit/*.h)

layers:
	@scripts/check_layers.sh

# A build goal in the same command line (make clean check) gets a make with PGXS.
$(filter-out $(PROJECT_GOALS),$(MAKECMDGOALS)):
	@+$(MAKE) --no-print-directory $@

else

PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifeq ($(wildcard $(PGXS)),)
define NO_SERVER
no PostgreSQL server to build against ($(PG_CONFIG) --pgxs finds nothing).
  To see pgscale at work:      make demo     (installs what is missing)
  To build for your server:    apt-get install postgresql-server-dev-15 g++
                               make PG_CONFIG=/usr/lib/postgresql/15/bin/pg_config install
endef
$(error $(NO_SERVER))
endif
include $(PGXS)

$(INSTALL_SQL): $(SQL_FILES) Makefile
	cat $(SQL_FILES) > $@.tmp && mv $@.tmp $@

# Read once instead of by each file; GCC takes the compiled one, other compilers the header.
CXX_OBJS = $(patsubst %.cpp,%.o,$(wildcard src/*/*.cpp))
$(CXX_OBJS): src/core/standard.h.gch
$(CXX_OBJS): private override CXXFLAGS += -include src/core/standard.h
src/core/standard.h.gch: src/core/standard.h build/server-version
	$(CXX) $(CXXFLAGS) $(CPPFLAGS) -x c++-header -c -o $@ $<

# Objects made for one server version must not end up in a module for another.
$(OBJS): build/server-version
build/server-version: FORCE
	@mkdir -p build; echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' > $@
.PHONY: FORCE

$(MODULE_big).so: src/pgscale.map

-include $(OBJS:.o=.d)

endif
