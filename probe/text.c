#include <string.h>

#include "text.h"

struct error error;

struct slice
slice_of(const char *string)
{
	return (struct slice){ string, strlen(string) };
}

bool
slice_is(struct slice slice, const char *string)
{
	return slice.length == strlen(string) && memcmp(slice.bytes, string, slice.length) == 0;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

bool
slice_same(struct slice a, struct slice b)
{
	if (a.length != b.length)
		return false;
	while (a.length > 0 && lower(*a.bytes) == lower(*b.bytes)) {
		a = slice_after(a, 1);
		b.bytes++;
	}
	return a.length == 0;
}

bool
slice_like(struct slice slice, const char *string)
{
	return slice_same(slice, slice_of(string));
}

bool
slice_starts(struct slice slice, const char *prefix)
{
	struct slice wanted = slice_of(prefix);

	return slice.length >= wanted.length && slice_same(slice_first(slice, wanted.length), wanted);
}

size_t
slice_find(struct slice slice, char byte)
{
	size_t at = 0;

	while (at < slice.length && slice.bytes[at] != byte)
		at++;
	return at;
}

struct slice
slice_cut(struct slice *slice, char byte)
{
	struct slice before = slice_first(*slice, slice_find(*slice, byte));

	*slice = slice_after(*slice, before.length + (before.length < slice->length));
	return before;
}

uint64_t
slice_decimal(struct slice slice, uint64_t limit)
{
	uint64_t value = 0;

	for (size_t i = 0; i < slice.length && value <= limit; i++) {
		unsigned digit = (unsigned char)slice.bytes[i] - (unsigned)'0';

		value = digit > 9 ? UINT64_MAX : value * 10 + digit;
	}
	return slice.length > 0 && value <= limit ? value : UINT64_MAX;
}

bool
slice_resembles(struct slice written, const char *meant)
{
	struct slice wanted = slice_of(meant);
	const char *a = written.bytes, *b = wanted.bytes;

	while (written.length && wanted.length && *a == *b) {
		written.length--, wanted.length--;
		a++, b++;
	}
	while (written.length && wanted.length && a[written.length - 1] == b[wanted.length - 1])
		written.length--, wanted.length--;
	if (written.length == 2 && wanted.length == 2)
		return a[0] == b[1] && a[1] == b[0];
	return written.length <= 1 && wanted.length <= 1;
}

int32_t
utf8_take(struct slice *slice)
{
	static const int32_t smallest[] = { 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)slice->bytes[0];
	/* bytes to follow the first */
	unsigned more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
	int32_t code = first & (0x3f >> more);

	*slice = slice_after(*slice, 1);
	if (first < 0x80)
		return first;
	if (first < 0xc0 || first > 0xf7 || slice->length < more)
		return -1;
	for (unsigned i = 0; i < more; i++) {
		unsigned char next = (unsigned char)slice->bytes[i];

		if ((next & 0xc0) != 0x80)
			return -1;
		code = code << 6 | (next & 0x3f);
	}
	if (code < smallest[more - 1] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return -1;
	*slice = slice_after(*slice, more);
	return code;
}

void *
arena_take(struct arena *arena, size_t size)
{
	size_t align = _Alignof(max_align_t);
	size_t pad = -(uintptr_t)arena->next & (align - 1);
	char *memory = arena->next + pad;

	if (pad + size > (size_t)(arena->end - arena->next))
		return NULL;
	arena->next = memory + size;
	return memset(memory, 0, size);
}

void
text_open(struct text *text, struct arena *arena, size_t limit)
{
	size_t left = (size_t)(arena->end - arena->next);

	if (left > 0)
		left--; /* for the NUL of text_keep */
	*text = (struct text){ arena->next, 0, left < limit ? left : limit, false };
}

struct slice
text_keep(struct arena *arena, struct text *text)
{
	if (text->bytes == arena->end)
		return slice_of("");
	arena->next = text->bytes + text->length;
	*arena->next++ = '\0';
	return (struct slice){ text->bytes, text->length };
}

void
text_slice(struct text *text, struct slice slice)
{
	for (size_t i = 0; i < slice.length; i++)
		text_char(text, slice.bytes[i]);
}

void
text_char(struct text *text, char c)
{
	if (text->length < text->capacity)
		text->bytes[text->length++] = c;
	else
		text->cut = true;
}

static void
print_decimal(struct text *text, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + value % 10);
	while (value /= 10);
	text_slice(text, (struct slice){ digits + at, sizeof(digits) - at });
}

static bool
printable(int32_t code)
{
	bool control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
	bool bidirectional = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);

	return !control && !bidirectional;
}

static void
print_escaped(struct text *text, struct slice slice, const char *quote)
{
	static const char hex[] = "0123456789abcdef";
	const char *end = slice.bytes + TEXT_SHOWN;

	text_slice(text, slice_of(quote));
	while (slice.length > 0) {
		const char *at = slice.bytes;
		bool good = printable(utf8_take(&slice));

		if (slice.bytes > end) {
			text_print(text, "...");
			break;
		}
		for (; at < slice.bytes; at++) {
			if (good)
				text_char(text, *at);
			else
				text_print(text, "\\x%c%c", hex[*at >> 4 & 15], hex[*at & 15]);
		}
	}
	text_slice(text, slice_of(quote));
}

void
text_print_list(struct text *text, const char *format, va_list *list)
{
	for (; *format; format++) {
		struct slice slice;

		if (*format != '%') {
			text_char(text, *format);
			continue;
		}
		switch (*++format) {
		case '%':
			text_char(text, '%');
			continue;
		case 'c':
			text_char(text, (char)va_arg(*list, int));
			continue;
		case 'u':
			print_decimal(text, va_arg(*list, uint64_t));
			continue;
		case 's':
			text_slice(text, slice_of(va_arg(*list, const char *)));
			continue;
		}
		slice = va_arg(*list, struct slice);
		if (*format == 'r')
			text_slice(text, slice);
		else
			print_escaped(text, slice, *format == 'q' ? "\"" : "");
	}
}

void
text_print(struct text *text, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	text_print_list(text, format, &list);
	va_end(list);
}

void
fail(const char *format, ...)
{
	va_list list;

	error.words.length = 0;
	va_start(list, format);
	text_print_list(&error.words, format, &list);
	va_end(list);
	longjmp(error.trap, 1);
}
