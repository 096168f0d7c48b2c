#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "engine.h"
#include "expand.h"
#include "options.h"
#include "report.h"
#include "source.h"

enum {
	/* All the memory there is. Pages that a run doesn't touch cost nothing. */
	MEMORY = 7680 * 1024,
	CONFIG_MEMORY = 3584 * 1024, /* the most of it that a configuration may take */
	/* a token that begins before the limit and is cut short after it is still whole */
	SOURCE_LIMIT = CONFIG_LIMIT + 16,
	WRITE_GRACE_US = 250000, /* for a slow reader of our output, past the deadline */
};

static _Alignas(max_align_t) char memory[MEMORY];

/* A socket must not become standard output because that was closed. What is put in its
 * place can be neither read nor written. */
static void
hold_standard_descriptors(void)
{
	struct pollfd standard[] = { { .fd = 0 }, { .fd = 1 }, { .fd = 2 } };

	if (poll(standard, 3, 0) <= 0)
		return;
	for (int fd = 0; fd < 3; fd++) {
		if (standard[fd].revents & POLLNVAL)
			open("/", O_PATH | O_DIRECTORY);
	}
}

/* A reader that went away must not end us before the exit status is out. */
static void
block_broken_pipe(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static struct {
	int64_t started_us;
	struct arena arena;
	struct options options;
	struct source source;
	bool positioned; /* what fails now is in the source's text */
} program;

static int64_t
timeout_ms(void)
{
	return program.options.timeout_ms ? program.options.timeout_ms : config.timeout_ms;
}

static int64_t
deadline_us(void)
{
	return program.started_us + timeout_ms() * 1000;
}

/* In one write as far as a pipe takes it at once; gives up on a reader who doesn't read. */
static void
print(int fd, const struct text *text)
{
	int64_t until_us = clock_monotonic_us() + WRITE_GRACE_US;
	ssize_t written = 0;

	if (until_us < deadline_us())
		until_us = deadline_us();
	for (size_t done = 0; done < text->length && written >= 0; done += (size_t)written) {
		struct pollfd wanted = { .fd = fd, .events = POLLOUT };
		size_t size = text->length - done;

		if (poll(&wanted, 1, clock_wait_ms(until_us)) <= 0)
			return;
		/* poll promises room for this much and no more (pipe(7)) */
		written = write(fd, text->bytes + done, size < 4096 ? size : 4096);
	}
}

/* "probe: health.json:12:17: checks[2].tcp: port must be ..." and status 1 */
static int
print_error(void)
{
	uint64_t line = 1, column = 1;
	struct text text;

	text_open(&text, &program.arena, SIZE_MAX);
	text_print(&text, "probe: ");
	if (program.positioned) {
		for (size_t i = 0; i < error.offset; i++) {
			bool newline = program.source.text.bytes[i] == '\n';

			line += newline;
			column = newline ? 1 : column + 1;
		}
		text_print(&text, "%e:%u:%u: ", slice_of(program.source.name), line, column);
		config_print_path(&text);
		text_print(&text, config.in_check || config.key ? ": " : "");
	} else if (program.options.reading) {
		text_print(&text, "--%s: ", program.options.reading);
	}
	text_print(&text, "%r\n", (struct slice){ error.words.bytes, error.words.length });
	print(STDERR_FILENO, &text);
	return 1;
}

static void
load(void)
{
	const struct options *options = &program.options;
	struct slice role;

	if (expand_variable(slice_of("PROBE_ROLE"), &role) && role.length > 0)
		fail("PROBE_ROLE: not supported by this version");
	if (!options->checks || options->config) {
		source_read(&program.source, options->config, SOURCE_LIMIT, deadline_us(), &program.arena);
		program.positioned = true;
		config_read(program.source.text);
		program.positioned = false;
	}
	for (const struct option_check *at = options->checks; at; at = at->next) {
		program.options.reading = at->kind->fields->name;
		config_add(at->kind, at->target);
		program.options.reading = NULL;
	}
}

static int
run(struct text *text)
{
	struct run run = { .arena = program.arena, .wall_ms = clock_wall_ms() };
	int64_t elapsed_us;

	run.arena.end = memory + sizeof(memory);
	if (!engine_run(config.first, &run, program.started_us, timeout_ms()))
		fail("out of memory");
	elapsed_us = clock_monotonic_us() - program.started_us;
	text_open(text, &run.arena, SIZE_MAX);
	(program.options.once ? report_once : report_text)(text, config.first, elapsed_us);
	return !report_healthy(config.first);
}

int
main(int argc, char **argv)
{
	static char words[1024];
	static int status;
	struct text text;

	(void)argc;
	program.started_us = clock_monotonic_us();
	program.arena = (struct arena){ memory, memory + CONFIG_MEMORY };
	error.words = (struct text){ words, 0, sizeof(words), false };
	hold_standard_descriptors();
	block_broken_pipe();
	config_open(&program.arena);
	if (setjmp(error.trap))
		return print_error();
	options_parse(&program.options, argv, &program.arena);
	if (!program.options.help && !program.options.version)
		load();
	text_open(&text, &program.arena, SIZE_MAX);
	if (program.options.help)
		options_print_help(&text);
	else if (program.options.version)
		text_print(&text, "probe " PROBE_VERSION "\n");
	else if (program.options.validate)
		text_print(&text, config.count == 1 ? "%e: %u check\n" : "%e: %u checks\n",
			slice_of(program.source.name ? program.source.name : "options"), config.count);
	else
		status = run(&text);
	print(STDOUT_FILENO, &text);
	return status;
}
