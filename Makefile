# probe. "make help" lists the targets. CC, CFLAGS, LDFLAGS, DESTDIR and PREFIX are the
# builder's; what the project itself needs stands in PROBE_CFLAGS and PROBE_LDFLAGS.

VERSION = 0.4.0

# musl's compiler: musl-gcc on Debian, the system's own on Alpine
ifeq ($(origin CC),default)
CC := $(if $(shell command -v musl-gcc),musl-gcc,gcc)
endif
# the flag, if CC knows it
flag = $(shell $(CC) $(1) -x c -c -o /dev/null /dev/null 2>/dev/null && echo '$(1)')
CFLAGS ?= $(or $(call flag,-Oz),-Os)
LDFLAGS ?=
PREFIX ?= /usr/local
DESTDIR ?=

PROBE_CPPFLAGS = -std=c11 -D_GNU_SOURCE -DPROBE_VERSION='"$(VERSION)"' -Iinclude
# No vector registers: what saves them in functions with variable arguments is never needed.
PROBE_CFLAGS := $(PROBE_CPPFLAGS) -ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-pie $(call flag,-mgeneral-regs-only)
WARNINGS = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-prototypes \
	-Wmissing-declarations -Wstrict-prototypes -Wswitch-enum -Wundef -Wvla -Wwrite-strings \
	-Wcast-qual -Wpointer-arith -Wformat=2
WERROR = $(if $(CI),-Werror)
# Static at a fixed address. A true static-pie (-fPIE, rcrt1.o, -pie --no-dynamic-linker) runs
# as fast, but is 4,744 bytes larger (43,816 against 39,072), and the rule is to take the hardened
# form for up to 2 KiB. Code and constants share a segment, and data begin where they end: fewer
# pages, less time.
PROBE_LDFLAGS := -static -no-pie -s \
	-Wl,--gc-sections,--build-id=none,-z,noseparate-code,-z,norelro,-z,common-page-size=64
# musl's start-up file alone: the compiler's own serve constructors, and there are none
START := $(shell $(CC) -static -\#\#\# -x c /dev/null 2>&1 | tr ' ' '\n' | sed -n 's|[^/]*crt1\.o$$|crt1.o|p' | head -n 1)
PROBE_LDFLAGS += $(if $(wildcard $(START)),-nostartfiles $(START))

# the tests run on this machine, whatever machine CC builds for
HOSTCC ?= $(if $(shell command -v gcc),gcc,clang)
TEST_CFLAGS = $(PROBE_CPPFLAGS) -Itests/support -O1 -g -fno-omit-frame-pointer

# one short line for each thing built, none with -s, the whole command with V=1
say = $(if $(V),,$(if $(findstring s,$(firstword -$(MAKEFLAGS))),@,@echo '  $(1)';))

SOURCES := $(sort $(wildcard probe/*.c))
OBJECTS := $(SOURCES:probe/%.c=build/%.o)
UNIT_TESTS := $(patsubst tests/%.c,build/test/%,$(sort $(wildcard tests/test_*.c)))
CLI_TESTS := $(patsubst tests/%.c,build/test/%,$(sort $(wildcard tests/cli/test_*.c)))
TESTS := $(UNIT_TESTS) $(CLI_TESTS)
TESTED := $(patsubst probe/%.c,build/test/probe/%.o,$(filter-out probe/main.c,$(SOURCES)))
SUPPORT := $(patsubst tests/%.c,build/test/%.o,$(sort $(wildcard tests/support/*.c)))
SHIPPED := $(wildcard .ci .clang-format .dockerignore .editorconfig .github .gitignore CHANGELOG.md \
	Dockerfile LICENSE Makefile README.md health.json.example include probe tests)

all: build/probe ## build build/probe, the static binary

build/probe: $(OBJECTS)
	$(call say,LD $@)$(CC) $(CFLAGS) $(LDFLAGS) $(PROBE_LDFLAGS) -Wl,-Map=build/probe.map -o $@ $(OBJECTS)

build/%.o: probe/%.c build/flags
	$(call say,CC $<)$(CC) $(PROBE_CFLAGS) $(WARNINGS) $(WERROR) $(CFLAGS) -MMD -MP -c -o $@ $<

# changes when a flag does, and so everything is built again
export FLAGS = $(CC) $(PROBE_CFLAGS) $(WARNINGS) $(WERROR) $(CFLAGS) $(LDFLAGS) $(PROBE_LDFLAGS) \
	$(call say,HOSTCC $<)$(HOSTCC) $(TEST_CFLAGS)
build/flags: FORCE
	@mkdir -p build
	@printf '%s\n' "$$FLAGS" | cmp -s - $@ || printf '%s\n' "$$FLAGS" >$@

demo: build/probe build/demo/service ## see it work: a healthy service, then a broken one
	@sh tests/demo/run

build/demo/service: tests/demo/service.c build/flags
	@mkdir -p $(@D)
	$(call say,HOSTCC $<)$(HOSTCC) -std=c11 -D_GNU_SOURCE -O1 -g $(WARNINGS) $(WERROR) -o $@ $<

check: test ## the same as test
test: build/probe $(TESTS) ## build and run every test
	@PROBE=build/probe sh tests/tally $(TESTS)

$(TESTS): build/test/%: build/test/%.o build/test/support.a build/test/probe.a
	$(call say,HOSTLD $@)$(HOSTCC) @build/test/sanitizers -o $@ $^ -lcmocka @build/test/libraries

build/test/probe.a: $(TESTED)
build/test/support.a: $(SUPPORT)
build/test/probe.a build/test/support.a: build/flags
	@rm -f $@
	@mkdir -p $(@D)
	$(call say,AR $@)ar rcs $@ $(filter %.o,$^)

build/test/probe/%.o: probe/%.c build/test/sanitizers
	@mkdir -p $(@D)
	$(call say,HOSTCC $<)$(HOSTCC) $(TEST_CFLAGS) $(WARNINGS) $(WERROR) @build/test/sanitizers -MMD -MP -c -o $@ $<

build/test/%.o: tests/%.c build/test/sanitizers
	@mkdir -p $(@D)
	$(call say,HOSTCC $<)$(HOSTCC) $(TEST_CFLAGS) -Wall -Wextra $(WERROR) @build/test/sanitizers -MMD -MP -c -o $@ $<

build/test/sanitizers: tests/sanitizers build/flags
	@mkdir -p $(@D)
	@sh tests/sanitizers '$(HOSTCC)' build/test

lint: build/probe build/demo/service ## form, clang-tidy, cppcheck, shellcheck, and is README.md true
	@MAKE='$(MAKE)' sh tests/lint $(PROBE_CPPFLAGS) -Itests/support

fmt: ## put every C file into the form of .clang-format
	clang-format -i $(wildcard probe/*.c include/*.h tests/*.[ch] tests/*/*.[ch])

size: build/probe ## fail when the binary is too large or not truly static; bytes by room
	@sh tests/size build/probe build/probe.map

repro: ## build twice, in two folders, and compare the bytes
	@MAKE='$(MAKE)' sh tests/repro

install: build/probe ## install to $(DESTDIR)$(PREFIX)/bin
	install -d '$(DESTDIR)$(PREFIX)/bin'
	install -m 755 build/probe '$(DESTDIR)$(PREFIX)/bin/probe'

uninstall: ## take it away again
	rm -f '$(DESTDIR)$(PREFIX)/bin/probe'

dist: ## build/probe-VERSION.tar.gz, the same bytes every time (needs GNU tar)
	@mkdir -p build
	LC_ALL=C tar -c --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \
		--mode=go+rX,go-w --transform='s,^,probe-$(VERSION)/,' $(SHIPPED) | \
		gzip -9n >build/probe-$(VERSION).tar.gz

clean: ## remove build/
	rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-10s %s\n", $$1, $$2 }' Makefile

-include $(wildcard build/*.d build/test/*.d build/test/*/*.d)

FORCE:
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all check clean demo dist FORCE fmt help install lint repro size test uninstall
