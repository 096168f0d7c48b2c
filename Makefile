VERSION = 0.4.0

# musl's compiler: musl-gcc on Debian, the system's own on Alpine
ifeq ($(origin CC),default)
CC := $(shell command -v musl-gcc || echo gcc)
endif
CFLAGS = -Os
LDFLAGS =

PROBE_CFLAGS = -std=c11 -D_GNU_SOURCE -DPROBE_VERSION='"$(VERSION)"' -Iinclude \
	-ffunction-sections -fdata-sections \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-pie
WARNINGS = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-prototypes \
	-Wmissing-declarations -Wstrict-prototypes -Wswitch-enum -Wundef -Wvla -Wwrite-strings \
	-Wcast-qual -Wpointer-arith -Wformat=2
PROBE_LDFLAGS = -static -no-pie -s -Wl,--gc-sections,--build-id=none,-z,noseparate-code,-z,norelro

SOURCES := $(sort $(wildcard probe/*.c))
OBJECTS := $(SOURCES:probe/%.c=build/%.o)

all: build/probe

build/probe: $(OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) $(PROBE_LDFLAGS) -Wl,-Map=build/probe.map -o $@ $(OBJECTS)

build/%.o: probe/%.c Makefile | build
	$(CC) $(PROBE_CFLAGS) $(WARNINGS) $(CFLAGS) -MMD -MP -c -o $@ $<

build:
	mkdir -p $@

clean:
	rm -rf build

-include $(OBJECTS:.o=.d)

.PHONY: all clean
