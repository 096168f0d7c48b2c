#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "clock.h"
#include "expand.h"
#include "source.h"
#include "verdict.h"

static bool
fail(struct error *error, const char *name, int number)
{
	struct text *words = error_begin(error);

	text_escaped(words, slice_of(name));
	text_string(words, ": ");
	verdict_errno(words, number);
	return false;
}

/* Waits until there is something to read, or the end of it; false at the deadline. */
static bool
wait_readable(int fd, int64_t deadline_us)
{
	struct pollfd wanted = { .fd = fd, .events = POLLIN };

	while (poll(&wanted, 1, clock_wait_ms(clock_monotonic_us(), deadline_us)) <= 0) {
		if (clock_monotonic_us() >= deadline_us)
			return false;
	}
	return true;
}

static bool
read_all(int fd, struct text *text, int64_t deadline_us)
{
	/* standard input is somebody else's description, which we don't make non-blocking */
	bool wait = fd == STDIN_FILENO;

	while (text->length < text->capacity) {
		ssize_t got;

		if (wait && !wait_readable(fd, deadline_us)) {
			errno = ETIMEDOUT;
			return false;
		}
		got = read(fd, text->bytes + text->length, text->capacity - text->length);
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		/* a FIFO that nobody has opened for writing reads as ended: wait for the writer */
		if (got == 0 && (wait || text->length > 0))
			return true;
		wait = wait || got <= 0;
		if (got > 0)
			text->length += (size_t)got;
	}
	return true;
}

static bool
read_source(int fd, struct source *source, size_t limit, int64_t deadline_us, struct arena *arena,
	struct error *error)
{
	struct text text = text_open(arena);
	bool good;

	if (text.capacity > limit)
		text.capacity = limit;
	good = read_all(fd, &text, deadline_us);
	if (!good && errno == ETIMEDOUT) {
		text_escaped(error_begin(error), slice_of(source->name));
		text_string(&error->words, ": timed out while reading the configuration");
	} else if (!good) {
		fail(error, source->name, errno);
	}
	if (fd != STDIN_FILENO)
		close(fd);
	source->text = text_keep(arena, &text);
	return good;
}

static int
open_file(const char *path)
{
	return open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static int
open_default(struct source *source, struct error *error)
{
	static const char places[][18] = { "health.json", "/health.json", "/etc/health.json" };
	int fd;

	for (unsigned i = 0; i < sizeof(places) / sizeof(*places); i++) {
		source->name = places[i];
		fd = open_file(places[i]);
		if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
			fail(error, places[i], errno);
		if (fd >= 0 || (errno != ENOENT && errno != ENOTDIR))
			return fd;
	}
	error_set(error, "no health.json: looked for ./health.json, /health.json and /etc/health.json; "
			 "name one with -c FILE, or give a check: "
			 "probe --http http://localhost:8080/healthz");
	return -1;
}

bool
source_read(struct source *source, const char *config, size_t limit, int64_t deadline_us,
	struct arena *arena, struct error *error)
{
	struct slice variable = { "", 0 };
	int fd;

	if (config && slice_equal(slice_of(config), SLICE("-"))) {
		source->name = "stdin";
		return read_source(STDIN_FILENO, source, limit, deadline_us, arena, error);
	}
	if (!config && expand_variable(SLICE("PROBE_CONFIG"), &variable) && variable.length > 0)
		config = variable.bytes;
	if (config) {
		source->name = config;
		fd = open_file(config);
		if (fd < 0)
			fail(error, config, errno);
	} else {
		fd = open_default(source, error);
	}
	if (fd < 0) {
		if (variable.length > 0)
			text_string(&error->words, " (named by PROBE_CONFIG)");
		return false;
	}
	return read_source(fd, source, limit, deadline_us, arena, error);
}
