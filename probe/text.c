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
	size_t at = 0;

	if (a.length != b.length)
		return false;
	while (at < a.length && lower(a.bytes[at]) == lower(b.bytes[at]))
		at++;
	return at == a.length;
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

	return slice.length >= wanted.length &&
		slice_same(slice_first(slice, wanted.length), wanted);
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
slice_resembles(struct slice written, struct slice meant)
{
	const char *a = written.bytes, *a_end = a + written.length;
	const char *b = meant.bytes, *b_end = b + meant.length;

	for (; a < a_end && b < b_end && *a == *b; a++)
		b++;
	for (; a < a_end && b < b_end && a_end[-1] == b_end[-1]; a_end--)
		b_end--;
	if (a_end - a == 2 && b_end - b == 2)
		return a[0] == b[1] && a[1] == b[0];
	return a_end - a <= 1 && b_end - b <= 1;
}

unsigned
hex_value(char c)
{
	unsigned letter = ((unsigned)c | 0x20) - 'a';

	if (is_digit(c))
		return (unsigned)(c - '0');
	return letter < 6 ? letter + 10 : 16;
}

int32_t
utf8_take(const char **at, const char *end)
{
	const char *next = *at;
	unsigned lead = (unsigned char)*next++;
	int32_t code = (int32_t)lead, limit = 1 << 6;

	*at = next;
	if (lead < 0x80)
		return code;
	if (lead < 0xc2 || lead > 0xf4)
		return -1;
	/* each bit set after the first stands for a byte to follow */
	for (; lead & 0x40; lead <<= 1) {
		if (next == end || (unsigned char)*next >> 6 != 2)
			return -1;
		code = code << 6 | (*next++ & 0x3f);
		limit <<= 5;
	}
	code &= limit - 1;
	/* in more bytes than it needs, past the last one, or a surrogate */
	if (code < limit >> 5 || code > 0x10ffff || code >> 11 == 0xd800 >> 11)
		return -1;
	*at = next;
	return code;
}

void *
arena_reserve(struct arena *arena, size_t size)
{
	size_t align = _Alignof(max_align_t);
	size_t pad = -(uintptr_t)arena->next & (align - 1);
	char *memory = arena->next + pad;

	if (pad + size > (size_t)(arena->end - arena->next))
		return NULL;
	arena->next = memory + size;
	return memory;
}

void *
arena_take(struct arena *arena, size_t size)
{
	void *memory = arena_reserve(arena, size);

	return memory ? memset(memory, 0, size) : NULL;
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
	if (value > 9)
		print_decimal(text, value / 10);
	text_char(text, (char)('0' + value % 10));
}

static bool
printable(int32_t code)
{
	bool control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
	bool bidirectional =
		(code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);

	return !control && !bidirectional;
}

static void
print_slice(struct text *text, struct slice slice, char directive)
{
	static const char hex[] = "0123456789abcdef";
	const char *at = slice.length > 0 ? slice.bytes : "", *end = at + slice.length, *next = at;
	bool good = true;

	if (directive == 'q') {
		text_print(text, "\"%e\"", slice);
		return;
	}
	if (directive == 'r') {
		text_slice(text, slice);
		return;
	}
	for (; at < end; at++) {
		if (at == next)
			good = printable(utf8_take(&next, end));
		if (next > slice.bytes + TEXT_SHOWN) {
			text_print(text, "...");
			return;
		}
		if (good)
			text_char(text, *at);
		else
			text_print(text, "\\x%c%c", hex[*at >> 4 & 15], hex[*at & 15]);
	}
}

void
text_print_list(struct text *text, const char *format, va_list *list)
{
	for (; *format; format++) {
		if (*format != '%' || *++format == '%') {
			text_char(text, *format);
			continue;
		}
		switch (*format) {
		case 'c':
			text_char(text, (char)va_arg(*list, int));
			break;
		case 'u':
			print_decimal(text, va_arg(*list, uint64_t));
			break;
		case 's':
			text_slice(text, slice_of(va_arg(*list, const char *)));
			break;
		default:
			print_slice(text, va_arg(*list, struct slice), *format);
			break;
		}
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
refuse(const char *format, ...)
{
	va_list list;

	error.words.length = 0;
	va_start(list, format);
	text_print_list(&error.words, format, &list);
	va_end(list);
	longjmp(error.trap, 1);
}
