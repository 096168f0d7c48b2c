#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "clock.h"
#include "expand.h"
#include "source.h"
#include "verdict.h"

/* Waits until there is something to read, or the end of it; false at the deadline. */
static bool
wait_readable(int fd, int64_t deadline_us)
{
	struct pollfd wanted = { .fd = fd, .events = POLLIN };

	while (poll(&wanted, 1, clock_wait_ms(deadline_us)) <= 0) {
		if (clock_monotonic_us() >= deadline_us)
			return false;
	}
	return true;
}

/* 0, or the errno of what went wrong */
static int
read_all(int fd, struct text *text, int64_t deadline_us)
{
	/* standard input is somebody else's description, which we don't make non-blocking */
	bool wait = fd == STDIN_FILENO;

	while (text->length < text->capacity) {
		ssize_t got;

		if (wait && !wait_readable(fd, deadline_us))
			return ETIMEDOUT;
		got = read(fd, text->bytes + text->length, text->capacity - text->length);
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return errno;
		/* a FIFO that nobody has opened for writing reads as ended: wait for the writer */
		if (got == 0 && (wait || text->length > 0))
			break;
		wait = wait || got <= 0;
		if (got > 0)
			text->length += (size_t)got;
	}
	return 0;
}

static int
open_file(const char *path)
{
	return open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* The first file that there is; -1 and ENOENT: none. */
static int
open_default(struct source *source)
{
	static const char places[][18] = { "health.json", "/health.json", "/etc/health.json" };
	int fd = -1;

	for (unsigned i = 0; i < 3; i++) {
		source->name = places[i];
		fd = open_file(places[i]);
		if (fd >= 0 || (errno != ENOENT && errno != ENOTDIR))
			break;
		errno = ENOENT;
	}
	return fd;
}

void
source_read(struct source *source, const char *config, size_t limit, int64_t deadline_us,
	struct arena *arena)
{
	struct slice variable = { "", 0 };
	int fd = STDIN_FILENO, problem;
	struct text text;

	if (!config && expand_variable(slice_of("PROBE_CONFIG"), &variable) && variable.length > 0)
		config = variable.bytes;
	source->name = config;
	if (!config)
		fd = open_default(source);
	else if (variable.length == 0 && slice_is(slice_of(config), "-"))
		source->name = "stdin";
	else
		fd = open_file(config);
	if (!config && fd < 0 && errno == ENOENT)
		fail("no health.json: looked for ./health.json, /health.json and /etc/health.json; "
		     "name one with -c FILE, or give a check: probe --http http://localhost:8080/healthz");
	text_open(&text, arena, limit);
	problem = fd < 0 ? errno : read_all(fd, &text, deadline_us);
	if (fd > STDIN_FILENO)
		close(fd);
	source->text = text_keep(arena, &text);
	if (problem)
		fail("%e: %s while reading the configuration%s", slice_of(source->name), errno_words(problem),
			variable.length ? " that PROBE_CONFIG names" : "");
}
