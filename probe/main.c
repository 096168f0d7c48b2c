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
	REPORT_MEMORY = 1024 * 1024, /* kept back for what is printed */
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
	int fd;

	do
		fd = open("/", O_PATH);
	while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

/* Neither a reader that went away nor a file that is full must end us before the exit status
 * is out. */
static void
block_output_signals(void)
{
	static sigset_t set;

	sigaddset(&set, SIGPIPE);
	sigaddset(&set, SIGXFSZ);
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

/* In one write as far as a pipe takes it at once; gives up on a reader who doesn't read. */
static void
print(int fd, const struct text *text)
{
	int64_t until_us = program.started_us + timeout_ms() * 1000;
	int64_t grace_us = clock_monotonic_us() + WRITE_GRACE_US;
	const char *at = text->bytes, *end = at + text->length;

	if (until_us < grace_us)
		until_us = grace_us;
	while (at < end) {
		struct pollfd wanted = { .fd = fd, .events = POLLOUT };
		ssize_t written;

		if (poll(&wanted, 1, clock_wait_ms(until_us)) <= 0)
			return;
		/* poll promises room for this much and no more (pipe(7)) */
		written = write(fd, at, end - at < 4096 ? (size_t)(end - at) : 4096);
		if (written < 0)
			return;
		at += written;
	}
}

/* "health.json:12:17: checks[2].tcp: " */
static void
print_position(struct text *text)
{
	bool over = error.offset >= CONFIG_LIMIT && program.source.text.length > CONFIG_LIMIT;
	const char *start = program.source.text.bytes;
	const char *end = start + (over ? CONFIG_LIMIT : error.offset);
	uint64_t line = 1;

	for (const char *at = start; at < end; at++) {
		if (*at == '\n') {
			line++;
			start = at + 1;
		}
	}
	text_print(text, "%e:%u:%u: ", slice_of(program.source.name), line,
		(uint64_t)(end - start + 1));
	if (over)
		text_print(text, "larger than 64 KiB: ");
	else
		config_print_path(text);
}

/* "probe: health.json:12:17: checks[2].tcp: port must be ..." and status 1 */
static int
print_error(void)
{
	struct text text;

	program.arena.end = memory + sizeof(memory);
	text_open(&text, &program.arena, SIZE_MAX);
	text_print(&text, "probe: ");
	if (program.positioned)
		print_position(&text);
	else if (program.options.reading.length > 0)
		text_print(&text, "--%r: ", program.options.reading);
	text_print(&text, "%r\n", (struct slice){ error.words.bytes, error.words.length });
	print(STDERR_FILENO, &text);
	return 1;
}

static void
load(void)
{
	struct options *options = &program.options;
	const char *role = expand_variable(slice_of("PROBE_ROLE"));

	if (role && *role)
		refuse("PROBE_ROLE: not supported by this version");
	if (!options->checks || options->config) {
		source_read(&program.source, options->config, SOURCE_LIMIT,
			program.started_us + timeout_ms() * 1000, &program.arena);
		program.positioned = true;
		config_read(program.source.text);
		program.positioned = false;
	}
	for (const struct option_check *at = options->checks; at; at = at->next) {
		options->reading = slice_of(at->kind->fields->name);
		config_add(at->kind, at->target);
	}
}

static int
run(struct text *text)
{
	struct run run = { .arena = program.arena, .wall_ms = clock_wall_ms() };
	int64_t elapsed_us;

	run.arena.end = memory + sizeof(memory) - REPORT_MEMORY;
	engine_run(config.first, &run, program.started_us, timeout_ms());
	elapsed_us = clock_monotonic_us() - program.started_us;
	run.arena.end = memory + sizeof(memory);
	text_open(text, &run.arena, SIZE_MAX);
	return !report(text, config.first, elapsed_us, option_given(&program.options, OPTION_ONCE));
}

int
main(int argc, char **argv)
{
	static char words[1024];
	static int status;
	const struct options *options = &program.options;
	struct text text;

	(void)argc;
	program.started_us = clock_monotonic_us();
	program.arena = (struct arena){ memory, memory + CONFIG_MEMORY };
	error.words = (struct text){ words, 0, sizeof(words), false };
	hold_standard_descriptors();
	block_output_signals();
	config_open(&program.arena);
	if (setjmp(error.trap))
		return print_error();
	options_parse(&program.options, argv, &program.arena);
	text_open(&text, &program.arena, SIZE_MAX);
	if (option_given(options, OPTION_HELP)) {
		options_print_help(&text);
	} else if (option_given(options, OPTION_VERSION)) {
		text_print(&text, "probe " PROBE_VERSION "\n");
	} else {
		load();
		text_open(&text, &program.arena, SIZE_MAX);
		if (option_given(options, OPTION_VALIDATE))
			text_print(&text, config.count == 1 ? "%e: %u check\n" : "%e: %u checks\n",
				slice_of(program.source.name ? program.source.name : "options"),
				config.count);
		else
			status = run(&text);
	}
	print(STDOUT_FILENO, &text);
	return status;
}
