#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "expand.h"
#include "source.h"
#include "verdict.h"

/* Reads to the end, or up to the capacity: 0, or the errno of what went wrong. */
static int
read_all(int fd, struct text *text, int64_t deadline_us)
{
	/* standard input is somebody else's description, which we don't make non-blocking */
	bool waited = fd != STDIN_FILENO, ended = false;

	while (!ended && text->length < text->capacity) {
		struct pollfd wanted = { .fd = fd, .events = POLLIN };
		ssize_t got;

		if (!waited && poll(&wanted, 1, clock_wait_ms(deadline_us)) == 0)
			return ETIMEDOUT;
		got = read(fd, text->bytes + text->length, text->capacity - text->length);
		if (got > 0)
			text->length += (size_t)got;
		else if (got < 0 && errno != EAGAIN && errno != EINTR)
			return errno;
		/* a FIFO that nobody has opened for writing reads as ended: wait for the writer */
		ended = got == 0 && (!waited || text->length > 0);
		waited = got > 0 && fd != STDIN_FILENO;
	}
	return 0;
}

static int
open_file(const char *path)
{
	return open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

void
source_read(struct source *source, const char *config, size_t limit, int64_t deadline_us,
	struct arena *arena)
{
	static const char places[][18] = { "health.json", "/health.json", "/etc/health.json" };
	const char *variable = expand_variable(slice_of("PROBE_CONFIG"));
	int fd = -1, problem = 0;
	struct text text;

	text_open(&text, arena, limit);
	source->name = config;
	if (!config && variable && *variable)
		source->name = variable;
	if (config && strcmp(config, "-") == 0) {
		source->name = "stdin";
		fd = STDIN_FILENO;
	} else if (source->name) {
		fd = open_file(source->name);
		problem = fd < 0 ? errno : 0;
	}
	for (unsigned i = 0; fd < 0 && !problem; i++) {
		if (i == 3)
			refuse("no health.json: looked for ./health.json, /health.json and /etc/health.json; "
			       "name one with -c FILE, or give a check: probe --http http://localhost:8080/healthz");
		source->name = places[i];
		fd = open_file(places[i]);
		if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
			problem = errno;
	}
	if (!problem)
		problem = read_all(fd, &text, deadline_us);
	if (fd > STDIN_FILENO)
		close(fd);
	source->text = text_keep(arena, &text);
	if (problem)
		refuse("%e: %s while reading the configuration%s", slice_of(source->name),
			errno_words(problem),
			source->name == variable ? " that PROBE_CONFIG names" : "");
}
