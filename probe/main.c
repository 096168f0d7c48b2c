#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "clock.h"
#include "config.h"
#include "engine.h"
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

/* In one write as far as a pipe takes it at once; gives up on a reader who doesn't read. */
static void
print(int fd, const struct text *text, int64_t deadline_us)
{
	size_t done = 0;

	while (done < text->length) {
		struct pollfd wanted = { .fd = fd, .events = POLLOUT };
		size_t size = text->length - done;
		ssize_t written;

		if (poll(&wanted, 1, clock_wait_ms(clock_monotonic_us(), deadline_us)) <= 0)
			return;
		/* poll promises room for this much and no more (pipe(7)) */
		written = write(fd, text->bytes + done, size < 4096 ? size : 4096);
		if (written < 0)
			return;
		done += (size_t)written;
	}
}

struct program {
	int64_t started_us;
	struct arena arena;
	struct options options;
	struct source source;
	struct config config;
};

static int64_t
deadline_us(const struct program *program)
{
	int64_t ms = program->options.timeout_ms ? program->options.timeout_ms
						 : program->config.timeout_ms;

	return program->started_us + ms * 1000;
}

static int64_t
print_deadline_us(const struct program *program)
{
	int64_t grace_us = clock_monotonic_us() + WRITE_GRACE_US, deadline = deadline_us(program);

	return deadline > grace_us ? deadline : grace_us;
}

/* "probe: health.json:12:17: checks[2].tcp: port must be ..." and status 1 */
static int
fail(const struct program *program, struct slice where, const struct error *error)
{
	char line[2048];
	struct text text = { line, 0, sizeof(line) - 1, false };

	text_string(&text, "probe: ");
	text_slice(&text, where);
	text_slice(&text, (struct slice){ error->words.bytes, error->words.length });
	text.capacity++;
	text_char(&text, '\n');
	print(STDERR_FILENO, &text, print_deadline_us(program));
	return 1;
}

static int
fail_config(const struct program *program, const struct config_error *error)
{
	char where[1536];
	struct text text = { where, 0, sizeof(where), false };
	uint64_t line = 1, column = 1;

	for (size_t i = 0; i < error->error.offset; i++) {
		bool newline = program->source.text.bytes[i] == '\n';

		line += newline;
		column = newline ? 1 : column + 1;
	}
	text_escaped(&text, slice_of(program->source.name));
	text_char(&text, ':');
	text_decimal(&text, line);
	text_char(&text, ':');
	text_decimal(&text, column);
	text_string(&text, ": ");
	if (error->path.length > 0) {
		text_slice(&text, (struct slice){ error->path.bytes, error->path.length });
		text_string(&text, ": ");
	}
	return fail(program, (struct slice){ where, text.length }, &error->error);
}

static int
fail_option(const struct program *program, const struct check_kind *kind, const struct error *error)
{
	char where[32];
	struct text text = { where, 0, sizeof(where), false };

	text_string(&text, "--");
	text_string(&text, kind->name);
	text_string(&text, ": ");
	return fail(program, (struct slice){ where, text.length }, error);
}

/* 0, or the status to exit with */
static int
load(struct program *program)
{
	struct options *options = &program->options;
	struct config_error error;

	if (!options->checks || options->config) {
		if (!source_read(&program->source, options->config, SOURCE_LIMIT, deadline_us(program),
			    &program->arena, &error.error))
			return fail(program, SLICE(""), &error.error);
		if (!config_read(&program->config, program->source.text, &error))
			return fail_config(program, &error);
	}
	for (const struct option_check *at = options->checks; at; at = at->next) {
		if (!config_add(&program->config, at->kind, at->target, &error))
			return fail_option(program, at->kind, &error.error);
	}
	return 0;
}

static int
validated(const struct program *program)
{
	char line[1024];
	struct text text = { line, 0, sizeof(line), false };
	const char *name = program->source.name ? program->source.name : "options";

	text_escaped(&text, slice_of(name));
	text_string(&text, ": ");
	text_decimal(&text, program->config.count);
	text_string(&text, program->config.count == 1 ? " check\n" : " checks\n");
	print(STDOUT_FILENO, &text, print_deadline_us(program));
	return 0;
}

static int
run(struct program *program)
{
	struct run run = { .arena = program->arena, .wall_ms = clock_wall_ms() };
	struct check *checks = program->config.first;
	int64_t elapsed_us;
	struct text text;
	struct error error;

	run.arena.end = memory + sizeof(memory);
	if (!engine_run(checks, &run, program->started_us,
		    (deadline_us(program) - program->started_us) / 1000)) {
		error_set(&error, "out of memory");
		return fail(program, SLICE(""), &error);
	}
	elapsed_us = clock_monotonic_us() - program->started_us;
	text = text_open(&run.arena);
	if (program->options.once)
		report_once(&text, checks, elapsed_us);
	else
		report_text(&text, checks, elapsed_us);
	print(STDOUT_FILENO, &text, print_deadline_us(program));
	return report_healthy(checks) ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct program program = {
		.started_us = clock_monotonic_us(),
		.arena = { memory, memory + CONFIG_MEMORY },
	};
	struct error error;
	int status;

	(void)argc;
	hold_standard_descriptors();
	block_broken_pipe();
	config_open(&program.config, &program.arena);
	if (!options_parse(&program.options, argv, &program.arena, &error))
		return fail(&program, SLICE(""), &error);
	if (program.options.help || program.options.version) {
		struct text text = text_open(&program.arena);

		if (program.options.help)
			options_print_help(&text);
		else
			text_string(&text, "probe " PROBE_VERSION "\n");
		print(STDOUT_FILENO, &text, print_deadline_us(&program));
		return 0;
	}
	status = load(&program);
	if (status)
		return status;
	return program.options.validate ? validated(&program) : run(&program);
}
