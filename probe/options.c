#include <string.h>

#include "clock.h"
#include "options.h"

/* A line for each option: its letter at LETTER, its name at NAME, then what it takes. The
 * lines of the kinds of check are like these. */
static const char table[] = "  -c, --config FILE       the checks; - is standard input\n"
			    "  -t, --timeout DURATION  the whole run's deadline, as in 4s\n"
			    "  -o, --output FORMAT     text\n"
			    "      --once              print a line for every check\n"
			    "      --role NAME         (not in this version)\n"
			    "      --validate          read the configuration, check nothing\n"
			    "      --wait DURATION     (not in this version)\n"
			    "  -h, --help              print this\n"
			    "  -V, --version           print the version\n";

enum { LETTER = 3, NAME = 8 };

/* The line of an option; NULL: there is no such one. */
static const char *
line_of(unsigned index)
{
	const char *line = table;

	if (index >= OPTION_KINDS)
		return check_kinds[index - OPTION_KINDS] ? check_kinds[index - OPTION_KINDS]->help
							 : NULL;
	while (index > 0)
		index -= *line++ == '\n';
	return line;
}

static struct slice
name_of(const char *line)
{
	struct slice rest = slice_of(line + NAME);

	return slice_cut(&rest, ' ');
}

static _Noreturn void
unknown(const char *word, struct slice name)
{
	const char *line;

	for (unsigned i = 0; (line = line_of(i)); i++) {
		if (slice_resembles(name, name_of(line)))
			refuse("unknown option %q, did you mean --%r?", slice_of(word),
				name_of(line));
	}
	refuse("unknown option %q, see probe --help", slice_of(word));
}

static void
take_value(struct options *options, unsigned option, const char *value, struct arena *arena)
{
	struct option_check *check, **end = &options->checks;

	switch (option) {
	case OPTION_CONFIG:
		if (*value == '\0')
			refuse("must not be empty");
		options->config = value;
		return;
	case OPTION_TIMEOUT:
		options->timeout_ms = duration_parse(slice_of(value));
		return;
	case OPTION_OUTPUT:
		if (strcmp(value, "text") != 0)
			refuse("this version has only the format text, got %q", slice_of(value));
		return;
	case OPTION_ROLE:
	case OPTION_WAIT:
		refuse("not supported by this version");
	}
	while (*end)
		end = &(*end)->next;
	check = arena_take(arena, sizeof(*check));
	if (check)
		*check = (struct option_check){ NULL, check_kinds[option - OPTION_KINDS],
			slice_of(value) };
	else
		refuse("out of memory");
	*end = check;
}

/* Takes the option that *argv is, and its value; the last word that was taken. */
static char **
take_option(struct options *options, char **argv, struct arena *arena)
{
	bool letter = argv[0][1] != '-';
	const char *name = *argv + (letter ? 1 : 2), *line, *value = name + 1;
	size_t length = letter ? 1 : slice_find(slice_of(name), '=');
	unsigned option = 0;

	while ((line = line_of(option)) &&
		(letter ? line[LETTER] != *name || *name == ' '
			: name_of(line).length != length ||
					strncmp(line + NAME, name, length) != 0))
		option++;
	if (!line)
		unknown(*argv, (struct slice){ name, length });
	if (!letter) /* past the '=', if there is one */
		value = name + length + (name[length] != '\0');
	options->reading = name_of(line);
	options->given |= 1u << option;
	if (line[NAME + options->reading.length + 1] == ' ') {
		if (name[length])
			refuse("takes no value");
	} else {
		if (!name[length] && !(value = *++argv))
			refuse("needs a value");
		take_value(options, option, value, arena);
	}
	options->reading.length = 0;
	return argv;
}

void
options_parse(struct options *options, char **argv, struct arena *arena)
{
	bool ended = false;

	while (*argv && *++argv && !(options->given & (1u << OPTION_HELP | 1u << OPTION_VERSION))) {
		if (ended || argv[0][0] != '-' || argv[0][1] == '\0')
			refuse("unexpected argument %q, see probe --help", slice_of(*argv));
		ended = strcmp(*argv, "--") == 0;
		if (!ended)
			argv = take_option(options, argv, arena);
	}
}

void
options_print_help(struct text *text)
{
	text_print(text,
		"usage: probe [-c FILE] [-t DURATION] [--once] [--http URL] ...\n"
		"Runs the checks of health.json together; exits 0 if all is healthy, else 1.\n\n%s",
		table);
	for (unsigned i = 0; check_kinds[i]; i++)
		text_print(text, "%s\n", check_kinds[i]->help);
	text_print(text,
		"\nWithout -c or a check it reads $PROBE_CONFIG, else the first there is of\n"
		"./health.json, /health.json and /etc/health.json.\n");
}
