#include <string.h>

#include "text.h"

struct slice
slice_of(const char *string)
{
	return (struct slice){ string, strlen(string) };
}

struct slice
slice_after(struct slice slice, size_t count)
{
	return (struct slice){ slice.bytes + count, slice.length - count };
}

struct slice
slice_first(struct slice slice, size_t count)
{
	return (struct slice){ slice.bytes, count };
}

bool
slice_equal(struct slice a, struct slice b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool
slice_equal_nocase(struct slice a, struct slice b)
{
	if (a.length != b.length)
		return false;
	for (size_t i = 0; i < a.length; i++) {
		if (lower(a.bytes[i]) != lower(b.bytes[i]))
			return false;
	}
	return true;
}

bool
slice_starts(struct slice slice, struct slice prefix)
{
	return slice.length >= prefix.length &&
	       slice_equal(slice_first(slice, prefix.length), prefix);
}

size_t
slice_find(struct slice slice, char byte)
{
	const char *found = slice.length ? memchr(slice.bytes, byte, slice.length) : NULL;

	return found ? (size_t)(found - slice.bytes) : slice.length;
}

static unsigned char
least(unsigned a, unsigned b)
{
	return (unsigned char)(a < b ? a : b);
}

unsigned
slice_distance(struct slice a, struct slice b)
{
	enum { LONGEST = 15 };
	/* rows[i][j]: the first i bytes of a against the first j of b */
	unsigned char rows[LONGEST + 1][LONGEST + 1];

	if (a.length > LONGEST || b.length > LONGEST)
		return 255;
	for (unsigned i = 0; i <= a.length; i++) {
		for (unsigned j = 0; j <= b.length; j++) {
			if (i == 0 || j == 0) {
				rows[i][j] = (unsigned char)(i + j);
				continue;
			}
			rows[i][j] = least(rows[i - 1][j] + 1u, rows[i][j - 1] + 1u);
			rows[i][j] = least(rows[i][j],
				rows[i - 1][j - 1] + (unsigned)(a.bytes[i - 1] != b.bytes[j - 1]));
			if (i > 1 && j > 1 && a.bytes[i - 1] == b.bytes[j - 2] &&
				a.bytes[i - 2] == b.bytes[j - 1])
				rows[i][j] = least(rows[i][j], rows[i - 2][j - 2] + 1u);
		}
	}
	return rows[a.length][b.length];
}

bool
slice_resembles(struct slice written, struct slice meant)
{
	return slice_distance(written, meant) <= 1 + meant.length / 5;
}

bool
slice_decimal(struct slice slice, uint64_t limit, uint64_t *value)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < slice.length; i++) {
		unsigned digit = (unsigned)slice.bytes[i] - '0';

		if (digit > 9 || digit > limit || sum > (limit - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*value = sum;
	return slice.length > 0;
}

/* The code point of the sequence at the start and its length; 0 where it is not valid. */
static size_t
utf8_decode(struct slice slice, uint32_t *code)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first;
	size_t length;

	if (slice.length == 0)
		return 0;
	first = (unsigned char)slice.bytes[0];
	if (first < 0x80) {
		*code = first;
		return 1;
	}
	if (first < 0xc0 || first > 0xf7)
		return 0;
	length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (slice.length < length)
		return 0;
	*code = first & (0xffu >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		unsigned char next = (unsigned char)slice.bytes[i];

		if ((next & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (next & 0x3f);
	}
	if (*code < smallest[length] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return length;
}

size_t
utf8_length(struct slice slice)
{
	uint32_t code;

	return utf8_decode(slice, &code);
}

void *
arena_take(struct arena *arena, size_t size)
{
	size_t align = _Alignof(max_align_t);
	size_t pad = -(uintptr_t)arena->next & (align - 1);
	size_t left = (size_t)(arena->end - arena->next);
	char *memory;

	if (pad > left || size > left - pad)
		return NULL;
	memory = arena->next + pad;
	arena->next = memory + size;
	return memory;
}

struct text
text_open(struct arena *arena)
{
	size_t left = (size_t)(arena->end - arena->next);

	/* one byte is kept back for the NUL of text_keep */
	return (struct text){ arena->next, 0, left ? left - 1 : 0, left == 0 };
}

struct slice
text_keep(struct arena *arena, struct text *text)
{
	text->bytes[text->length] = '\0';
	arena->next = text->bytes + text->length + 1;
	return (struct slice){ text->bytes, text->length };
}

void
text_slice(struct text *text, struct slice slice)
{
	size_t left = text->capacity - text->length;

	if (slice.length > left) {
		slice.length = left;
		text->cut = true;
	}
	if (slice.length == 0)
		return;
	memcpy(text->bytes + text->length, slice.bytes, slice.length);
	text->length += slice.length;
}

void
text_char(struct text *text, char c)
{
	text_slice(text, (struct slice){ &c, 1 });
}

void
text_string(struct text *text, const char *string)
{
	text_slice(text, slice_of(string));
}

void
text_decimal(struct text *text, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + value % 10);
	while (value /= 10);
	text_slice(text, (struct slice){ digits + at, sizeof(digits) - at });
}

static bool
printable(uint32_t code)
{
	bool control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
	bool bidirectional = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);

	return !control && !bidirectional;
}

void
text_escaped(struct text *text, struct slice slice)
{
	static const char hex[] = "0123456789abcdef";
	size_t shown = 0;

	while (shown < slice.length) {
		struct slice rest = slice_after(slice, shown);
		uint32_t code = 0;
		size_t length = utf8_decode(rest, &code);

		if (shown + (length ? length : 1) > TEXT_SHOWN) {
			text_string(text, "...");
			return;
		}
		if (length > 0 && printable(code)) {
			text_slice(text, slice_first(rest, length));
			shown += length;
			continue;
		}
		for (size_t end = shown + (length ? length : 1); shown < end; shown++) {
			unsigned char byte = (unsigned char)slice.bytes[shown];

			text_string(text, "\\x");
			text_char(text, hex[byte >> 4]);
			text_char(text, hex[byte & 15]);
		}
	}
}

void
text_quoted(struct text *text, struct slice slice)
{
	text_char(text, '"');
	text_escaped(text, slice);
	text_char(text, '"');
}

struct text *
error_begin(struct error *error)
{
	error->words = (struct text){ error->bytes, 0, sizeof(error->bytes), false };
	return &error->words;
}

bool
error_set(struct error *error, const char *words)
{
	text_string(error_begin(error), words);
	return false;
}
