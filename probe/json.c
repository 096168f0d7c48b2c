#include "json.h"

void
json_open(struct json *json, struct slice input, unsigned depth_limit)
{
	*json = (struct json){ .input = input, .depth_limit = depth_limit };
}

static struct slice
rest(const struct json *json)
{
	return slice_after(json->input, json->at);
}

/* the next byte, or -1 at the end */
static int
peek(const struct json *json)
{
	return json->at < json->input.length ? (unsigned char)json->input.bytes[json->at] : -1;
}

static _Noreturn void
unexpected(const struct json *json, const char *words)
{
	struct slice found = rest(json), after = found;

	error.offset = json->at;
	if (found.length == 0)
		fail("%s, found the end", words);
	utf8_take(&after);
	if (slice_starts(found, "\xef\xbb\xbf"))
		words = "no byte-order mark is accepted";
	else if (found.bytes[0] == '/' || found.bytes[0] == '#')
		words = "JSON has no comments";
	fail("%s, found %q", words, slice_first(found, found.length - after.length));
}

/* Takes four hexadecimal digits off; -1: they are not there. */
static int32_t
take_hex(struct slice *slice)
{
	int32_t code = 0;

	if (slice->length < 4)
		return -1;
	for (unsigned i = 0; i < 4; i++) {
		char c = slice->bytes[i], letter = (char)(c | 0x20);

		if (c >= '0' && c <= '9')
			code = code << 4 | (c - '0');
		else if (letter >= 'a' && letter <= 'f')
			code = code << 4 | (letter - 'a' + 10);
		else
			return -1;
	}
	*slice = slice_after(*slice, 4);
	return code;
}

/* Takes one character off a string; its code point, or -1 where there is no valid one. */
static int32_t
take_character(struct slice *string)
{
	static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	int32_t code = utf8_take(string), low;
	size_t letter;

	if (code != '\\' || string->length == 0)
		return code < 0x20 || code == '\\' ? -1 : code;
	letter = slice_find(slice_of(letters), string->bytes[0]);
	if (values[letter]) {
		*string = slice_after(*string, 1);
		return values[letter];
	}
	if (string->bytes[0] != 'u')
		return -1;
	*string = slice_after(*string, 1);
	code = take_hex(string);
	if (code >> 11 != 0xd800 >> 11)
		return code;
	/* a surrogate stands only in a pair, the high one first */
	if (code >= 0xdc00 || string->length < 2 || string->bytes[0] != '\\' || string->bytes[1] != 'u')
		return -1;
	*string = slice_after(*string, 2);
	low = take_hex(string);
	return low >> 10 == 0xdc00 >> 10 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : -1;
}

/* Reads a string whose opening quote is the token; what names its event. */
static enum json_event
read_string(struct json *json, enum json_event what)
{
	struct slice left = slice_after(rest(json), 1);

	for (;;) {
		struct slice at = left;

		if (left.length == 0) {
			json->at = json->input.length;
			unexpected(json, "expected a closing quote");
		}
		if (left.bytes[0] == '"')
			break;
		if (take_character(&left) < 0)
			fail("a raw control byte, a broken escape or broken UTF-8 in a string: %q",
				slice_first(at, (size_t)(left.bytes - at.bytes)));
	}
	json->raw = slice_after(rest(json), 1);
	json->raw.length -= left.length;
	json->at = json->input.length - left.length + 1;
	return what;
}

static bool
take_digits(struct json *json)
{
	size_t start = json->at;

	while (peek(json) >= '0' && peek(json) <= '9')
		json->at++;
	return json->at > start;
}

static bool
take(struct json *json, char a, char b)
{
	bool taken = peek(json) == a || peek(json) == b;

	json->at += taken;
	return taken;
}

static enum json_event
read_number(struct json *json)
{
	bool good;

	take(json, '-', '-');
	good = take(json, '0', '0') ? !take_digits(json) : take_digits(json);
	if (take(json, '.', '.'))
		good = take_digits(json) && good;
	if (take(json, 'e', 'E')) {
		take(json, '+', '-');
		good = take_digits(json) && good;
	}
	json->raw = slice_after(slice_first(json->input, json->at), json->token);
	if (!good)
		fail("not a JSON number: %q", json->raw);
	return JSON_NUMBER;
}

static enum json_event
read_word(struct json *json)
{
	struct slice word = slice_first(rest(json), 0);

	while ((peek(json) | 0x20) >= 'a' && (peek(json) | 0x20) <= 'z') {
		json->at++;
		word.length++;
	}
	for (enum json_event event = JSON_TRUE; event <= JSON_NULL; event++) {
		if (slice_is(word, json_name(event)))
			return event;
	}
	if (word.length == 0)
		unexpected(json, "expected a value");
	fail("expected a value, found %q", word);
}

static enum json_event
open_level(struct json *json, bool object)
{
	if (json->depth == json->depth_limit)
		unexpected(json, "nested too deep");
	json->at++;
	json->depth++;
	json->objects = json->objects << 1 | object;
	json->expect = JSON_EXPECT_FIRST;
	return object ? JSON_OBJECT : JSON_ARRAY;
}

static enum json_event
read_value(struct json *json)
{
	int c = peek(json);

	json->expect = JSON_EXPECT_COMMA;
	if (c == '{' || c == '[')
		return open_level(json, c == '{');
	if (c == '"')
		return read_string(json, JSON_STRING);
	if (c == '-' || (c >= '0' && c <= '9'))
		return read_number(json);
	return read_word(json);
}

static void
skip_space(struct json *json)
{
	while (peek(json) == ' ' || peek(json) == '\t' || peek(json) == '\n' || peek(json) == '\r')
		json->at++;
	json->token = error.offset = json->at;
}

static enum json_event
close_level(struct json *json)
{
	bool object = json->objects & 1;

	json->at++;
	json->depth--;
	json->objects >>= 1;
	json->expect = JSON_EXPECT_COMMA;
	return object ? JSON_OBJECT_END : JSON_ARRAY_END;
}

enum json_event
json_next(struct json *json)
{
	bool object = json->objects & 1;
	char close = object ? '}' : ']';

	skip_space(json);
	switch (json->expect) {
	case JSON_EXPECT_VALUE:
		return read_value(json);
	case JSON_EXPECT_COLON:
		if (!take(json, ':', ':'))
			unexpected(json, "expected ':'");
		skip_space(json);
		return read_value(json);
	case JSON_EXPECT_FIRST:
		if (peek(json) == close)
			return close_level(json);
		break;
	case JSON_EXPECT_COMMA:
		if (json->depth == 0) {
			if (peek(json) >= 0)
				unexpected(json, "expected the end");
			return JSON_END;
		}
		if (peek(json) == close)
			return close_level(json);
		if (!take(json, ',', ','))
			unexpected(json, object ? "expected ',' or '}'" : "expected ',' or ']'");
		skip_space(json);
		break;
	}
	if (!object)
		return read_value(json);
	if (peek(json) != '"')
		unexpected(json, "expected a key in double quotes");
	json->expect = JSON_EXPECT_COLON;
	return read_string(json, JSON_KEY);
}

void
json_skip(struct json *json, enum json_event event)
{
	unsigned depth = json->depth - (event == JSON_OBJECT || event == JSON_ARRAY);

	while (json->depth > depth)
		json_next(json);
}

static void
print_utf8(struct text *text, int32_t code)
{
	unsigned more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;

	text_char(text, (char)(more ? (0xf00 >> more & 0xf0) | code >> 6 * more : code));
	while (more-- > 0)
		text_char(text, (char)(0x80 | (code >> 6 * more & 0x3f)));
}

void
json_unescape(struct text *text, struct slice raw)
{
	while (raw.length > 0)
		print_utf8(text, take_character(&raw));
}

const char *
json_name(enum json_event event)
{
	static const char names[][10] = { "an object", "an array", "a string", "a number", "true",
		"false", "null" };

	return names[event - JSON_OBJECT];
}
