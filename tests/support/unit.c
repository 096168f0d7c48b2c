#include <dirent.h>

#include "config.h"
#include "guard.h"
#include "http.h"
#include "unit.h"

static void
print_slice(struct slice slice)
{
	fputc('"', stderr);
	for (size_t i = 0; i < slice.length; i++) {
		unsigned char byte = (unsigned char)slice.bytes[i];

		if (byte < 0x20 || byte > 0x7e)
			fprintf(stderr, "\\x%02x", byte);
		else
			fputc(byte, stderr);
	}
	fputs("\"\n", stderr);
}

void
unit_true(const char *file, int line, bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
	_fail(file, line);
}

void
unit_equal(const char *file, int line, intmax_t got, intmax_t wanted, const char *what)
{
	if (got == wanted)
		return;
	fprintf(stderr, "%s:%d: %s is %jd, want %jd\n", file, line, what, got, wanted);
	_fail(file, line);
}

void
unit_slice(const char *file, int line, struct slice got, struct slice wanted, const char *what)
{
	if (got.length == wanted.length &&
		(got.length == 0 || memcmp(got.bytes, wanted.bytes, got.length) == 0))
		return;
	fprintf(stderr, "%s:%d: %s\n   is ", file, line, what);
	print_slice(got);
	fputs(" want ", stderr);
	print_slice(wanted);
	_fail(file, line);
}

struct slice
unit_written(const struct text *text)
{
	return (struct slice){ text->bytes, text->length };
}

struct arena
unit_arena(void)
{
	static _Alignas(max_align_t) char memory[6 << 20];

	return (struct arena){ memory, memory + sizeof(memory) };
}

struct slice
unit_repeat(struct arena *arena, char byte, size_t count)
{
	char *bytes = arena_take(arena, count);

	assert_non_null(bytes);
	memset(bytes, byte, count);
	return (struct slice){ bytes, count };
}

bool
unit_fails(void (*call)(void *), void *argument)
{
	static char words[1024];

	error.words = (struct text){ words, 0, sizeof(words), false };
	error.offset = SIZE_MAX;
	if (setjmp(error.trap))
		return true;
	call(argument);
	return false;
}

void
unit_read_config(void *text)
{
	static struct arena arena;

	arena = unit_arena();
	config_open(&arena);
	config_read(*(struct slice *)text);
}

const struct check_kind *
unit_kind(const char *name)
{
	const struct check_kind *const *kind = check_kinds;

	while (*kind && strcmp((*kind)->fields->name, name) != 0)
		kind++;
	assert_non_null(*kind);
	return *kind;
}

unsigned
unit_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static void
put16(struct unit_message *message, size_t at, unsigned value)
{
	message->bytes[at] = (unsigned char)(value >> 8);
	message->bytes[at + 1] = (unsigned char)value;
}

static void
add16(struct unit_message *message, unsigned value)
{
	put16(message, message->length, value);
	message->length += 2;
}

size_t
unit_wire_name(unsigned char *wire, const char *name)
{
	size_t at = 0;

	while (*name) {
		size_t label = strcspn(name, ".");

		wire[at++] = (unsigned char)label;
		memcpy(wire + at, name, label);
		at += label;
		name += label + (name[label] == '.');
	}
	wire[at++] = 0;
	return at;
}

void
unit_message_open(struct unit_message *message, unsigned id, unsigned flags, const char *name,
	unsigned type)
{
	memset(message, 0, sizeof(*message));
	put16(message, 0, id);
	put16(message, 2, flags);
	message->length = 12;
	if (!name)
		return;
	put16(message, 4, 1);
	message->length += unit_wire_name(message->bytes + 12, name);
	add16(message, type);
	add16(message, 1);
}

void
unit_message_answer(struct unit_message *message, const char *name, unsigned type, const void *data,
	size_t length)
{
	put16(message, 6, (unsigned)message->bytes[6] << 8 | (message->bytes[7] + 1u));
	if (*name)
		message->length += unit_wire_name(message->bytes + message->length, name);
	else
		add16(message, 0xc00c);
	add16(message, type);
	add16(message, 1);
	add16(message, 0);
	add16(message, 60);
	add16(message, (unsigned)length);
	memcpy(message->bytes + message->length, data, length);
	message->length += length;
}

static const char *const http_events[] = {
	[HTTP_MORE] = "MORE",
	[HTTP_HEAD] = "HEAD",
	[HTTP_CONTENT] = "CONTENT",
	[HTTP_END] = "END",
	[HTTP_FOREIGN] = "FOREIGN",
	[HTTP_BROKEN] = "BROKEN",
	[HTTP_CUT] = "CUT",
};

/* one answer on its way through the parser */
struct feed {
	const char *file;
	int line;
	struct guard guard;
	struct http_response response;
	struct text said;
	bool in_body;
};

static void
say(struct feed *feed, enum http_event event)
{
	struct http_response *response = &feed->response;

	if (event == HTTP_HEAD) {
		text_print(&feed->said, response->location.length > 0 ? "%u to %r " : "%u ",
			(uint64_t)response->status, response->location);
	} else if (event == HTTP_CONTENT) {
		unit_true(feed->file, feed->line, response->content.length > 0,
			"content is not empty");
		if (!feed->in_body)
			text_char(&feed->said, '[');
		feed->in_body = true;
		text_slice(&feed->said, response->content);
	} else {
		text_print(&feed->said, feed->in_body ? "] %s" : "%s", http_events[event]);
		if (event == HTTP_FOREIGN)
			text_print(&feed->said, " %r", response->content);
		if (event == HTTP_BROKEN)
			text_print(&feed->said, " %s", response->problem);
	}
}

/* in two pieces, or where piece is not 0 in pieces of that size */
static struct text
feed_cut(struct feed *feed, struct slice answer, bool head_request, size_t cut, size_t piece)
{
	static char bytes[65536];
	enum http_event event = HTTP_MORE;
	struct slice none = SLICE("");

	feed->said = UNIT_TEXT(bytes);
	feed->in_body = false;
	memset(&feed->response, 0xa5, sizeof(feed->response));
	http_open(&feed->response, head_request);
	for (size_t at = 0; at < answer.length && event <= HTTP_CONTENT;) {
		size_t end = piece ? at + piece : at < cut ? cut : answer.length;
		struct slice input = guard_copy(&feed->guard,
			slice_after(slice_first(answer, end < answer.length ? end : answer.length),
				at));

		while ((event = http_feed(&feed->response, &input)) != HTTP_MORE) {
			say(feed, event);
			if (event != HTTP_HEAD && event != HTTP_CONTENT)
				break;
		}
		at = end;
	}
	if (event == HTTP_MORE)
		say(feed, http_end(&feed->response));
	else if (event == HTTP_END)
		unit_equal(feed->file, feed->line, http_feed(&feed->response, &none), event,
			"again");
	return feed->said;
}

struct text
unit_http(const char *file, int line, struct slice answer, bool head_request)
{
	static char first_bytes[65536];
	struct feed feed = { .file = file, .line = line };
	struct text said, first = UNIT_TEXT(first_bytes);
	size_t step = answer.length > 2048 ? 499 : 1;
	char what[64];

	guard_open(&feed.guard, answer.length);
	said = feed_cut(&feed, answer, head_request, answer.length, 0);
	text_slice(&first, unit_written(&said));
	said = feed_cut(&feed, answer, head_request, 0, 1);
	unit_slice(file, line, unit_written(&said), unit_written(&first), "byte by byte");
	for (size_t cut = 1; cut < answer.length; cut += answer.length - cut < 8 ? 1 : step) {
		snprintf(what, sizeof(what), "cut at %zu", cut);
		said = feed_cut(&feed, answer, head_request, cut, 0);
		unit_slice(file, line, unit_written(&said), unit_written(&first), what);
	}
	guard_close(&feed.guard);
	return first;
}
