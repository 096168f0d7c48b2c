#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guard.h"

static void
die(const char *what)
{
	perror(what);
	abort();
}

void
guard_open(struct guard *guard, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	guard->size = (size + page) / page * page;
	guard->area = mmap(NULL, guard->size + page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (guard->area == MAP_FAILED)
		die("mmap");
	if (mprotect(guard->area + guard->size, page, PROT_NONE) != 0)
		die("mprotect");
}

struct slice
guard_copy(struct guard *guard, struct slice slice)
{
	char *start = guard->area + guard->size - slice.length;

	if (slice.length > guard->size)
		die("guard_copy");
	/* what was there before is overwritten: a slice kept from it would show */
	memset(guard->area, 0xa5, guard->size - slice.length);
	if (slice.length > 0)
		memcpy(start, slice.bytes, slice.length);
	return (struct slice){ start, slice.length };
}

struct slice
guard_string(struct guard *guard, struct slice slice)
{
	struct slice copy = guard_copy(guard, slice);
	char *start =
		memmove(guard->area + guard->size - slice.length - 1, copy.bytes, slice.length);

	guard->area[guard->size - 1] = '\0';
	return (struct slice){ start, slice.length };
}

void
guard_close(struct guard *guard)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (munmap(guard->area, guard->size + page) != 0)
		die("munmap");
}
