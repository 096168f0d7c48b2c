#include "json.h"

void
json_open(struct json *json, struct slice input, unsigned depth_limit, struct error *error)
{
	*json = (struct json){
		.input = input,
		.error = error,
		.depth_limit = depth_limit,
		.expect = JSON_EXPECT_VALUE,
	};
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

static struct text *
fail(struct json *json, size_t offset)
{
	json->expect = JSON_EXPECT_NOTHING;
	json->error->offset = offset;
	return error_begin(json->error);
}

static enum json_event
unexpected(struct json *json, const char *wanted)
{
	struct text *words = fail(json, json->at);
	struct slice found = rest(json);
	size_t length = utf8_length(found);

	if (slice_starts(found, SLICE("\xef\xbb\xbf"))) {
		text_string(words, "a byte-order mark is not accepted, save the file without it");
		return JSON_ERROR;
	}
	text_string(words, "expected ");
	text_string(words, wanted);
	text_string(words, ", found ");
	if (found.length == 0)
		text_string(words, "the end");
	else
		text_quoted(words, slice_first(found, length ? length : 1));
	if (peek(json) == '/' || peek(json) == '#')
		text_string(words, ": comments are not JSON");
	return JSON_ERROR;
}

static enum json_event
bad_string(struct json *json, const char *what, struct slice found)
{
	struct text *words = fail(json, json->token);

	text_string(words, what);
	text_quoted(words, found);
	return JSON_ERROR;
}

/* four hexadecimal digits, or -1 */
static int32_t
hex4(struct slice slice)
{
	int32_t code = 0;

	if (slice.length < 4)
		return -1;
	for (size_t i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)slice.bytes[i];
		unsigned digit = c - '0', letter = (c | 0x20u) - 'a';

		if (digit > 9 && letter > 5)
			return -1;
		code = code << 4 | (int32_t)(digit <= 9 ? digit : letter + 10);
	}
	return code;
}

static bool
surrogate(int32_t code, int32_t first)
{
	return code >= first && code <= first + 0x3ff;
}

/* Length of the escape at the start; 0 where it is not one, or half of a surrogate pair. */
static size_t
escape_length(struct slice slice)
{
	int32_t code;

	if (slice.length < 2)
		return 0;
	if (slice.bytes[1] != 'u')
		return slice_find(SLICE("\"\\/bfnrt"), slice.bytes[1]) < 8 ? 2 : 0;
	code = hex4(slice_after(slice, 2));
	if (code < 0 || surrogate(code, 0xdc00))
		return 0;
	if (!surrogate(code, 0xd800))
		return 6;
	if (slice.length < 12 || slice.bytes[6] != '\\' || slice.bytes[7] != 'u')
		return 0;
	return surrogate(hex4(slice_after(slice, 8)), 0xdc00) ? 12 : 0;
}

/* Reads a string whose opening quote is the token; what names its event. */
static enum json_event
read_string(struct json *json, enum json_event what)
{
	size_t start = ++json->at;

	for (;;) {
		int c = peek(json);
		size_t length = 1;

		if (c < 0)
			return unexpected(json, "the string's closing quote");
		if (c == '"')
			break;
		if (c < 0x20)
			return bad_string(json, "a string must not hold the raw control byte ",
				slice_first(rest(json), 1));
		if (c == '\\') {
			length = escape_length(rest(json));
			if (length == 0) {
				struct slice found = rest(json);
				size_t most = found.length > 1 && found.bytes[1] == 'u' ? 6 : 2;

				return bad_string(json,
					most == 6 ? "a string must not hold half a surrogate pair "
						    "or a broken escape: "
						  : "a string must not hold the escape ",
					slice_first(found, found.length < most ? found.length : most));
			}
		} else if (c >= 0x80) {
			length = utf8_length(rest(json));
			if (length == 0)
				return bad_string(json, "a string must be UTF-8, found the byte ",
					slice_first(rest(json), 1));
		}
		json->at += length;
	}
	json->raw = (struct slice){ json->input.bytes + start, json->at - start };
	json->at++;
	return what;
}

static bool
read_digits(struct json *json)
{
	size_t start = json->at;

	while (peek(json) >= '0' && peek(json) <= '9')
		json->at++;
	return json->at > start;
}

static enum json_event
read_number(struct json *json)
{
	bool good;

	if (peek(json) == '-')
		json->at++;
	if (peek(json) == '0') {
		json->at++;
		good = !read_digits(json);
	} else {
		good = read_digits(json);
	}
	if (peek(json) == '.') {
		json->at++;
		good = read_digits(json) && good;
	}
	if (peek(json) == 'e' || peek(json) == 'E') {
		json->at++;
		if (peek(json) == '+' || peek(json) == '-')
			json->at++;
		good = read_digits(json) && good;
	}
	json->raw = slice_after(slice_first(json->input, json->at), json->token);
	if (!good)
		return bad_string(json, "not a JSON number: ", json->raw);
	return JSON_NUMBER;
}

static enum json_event
read_word(struct json *json)
{
	static const struct {
		char word[6];
		unsigned char event;
	} words[] = {
		{ "true", JSON_TRUE },
		{ "false", JSON_FALSE },
		{ "null", JSON_NULL },
	};
	struct slice word = slice_first(rest(json), 0);

	while (word.length < rest(json).length) {
		char c = word.bytes[word.length];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
			break;
		word.length++;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (slice_equal(word, slice_of(words[i].word))) {
			json->at += word.length;
			return words[i].event;
		}
	}
	if (word.length == 0)
		return unexpected(json, "a value");
	return bad_string(json, "expected a value, found the word ", word);
}

static enum json_event
open_level(struct json *json, enum json_event event)
{
	if (json->depth == json->depth_limit) {
		struct text *words = fail(json, json->token);

		text_string(words, "nested deeper than ");
		text_decimal(words, json->depth_limit);
		return JSON_ERROR;
	}
	json->at++;
	json->depth++;
	json->objects = json->objects << 1 | (event == JSON_OBJECT);
	json->expect = event == JSON_OBJECT ? JSON_EXPECT_KEY_OR_CLOSE : JSON_EXPECT_VALUE_OR_CLOSE;
	return event;
}

static void
after_value(struct json *json)
{
	json->expect = json->depth ? JSON_EXPECT_COMMA_OR_CLOSE : JSON_EXPECT_END;
}

static enum json_event
close_level(struct json *json)
{
	enum json_event event = json->objects & 1 ? JSON_OBJECT_END : JSON_ARRAY_END;

	json->at++;
	json->depth--;
	json->objects >>= 1;
	after_value(json);
	return event;
}

static enum json_event
read_value(struct json *json)
{
	enum json_event event;
	int c = peek(json);

	if (c == '{')
		return open_level(json, JSON_OBJECT);
	if (c == '[')
		return open_level(json, JSON_ARRAY);
	if (c == '"')
		event = read_string(json, JSON_STRING);
	else if (c == '-' || (c >= '0' && c <= '9'))
		event = read_number(json);
	else
		event = read_word(json);
	if (event != JSON_ERROR)
		after_value(json);
	return event;
}

static enum json_event
read_key(struct json *json)
{
	enum json_event event;

	if (peek(json) != '"')
		return unexpected(json, json->expect == JSON_EXPECT_KEY ? "a key in double quotes"
									: "a key in double quotes or '}'");
	event = read_string(json, JSON_KEY);
	if (event == JSON_KEY)
		json->expect = JSON_EXPECT_COLON;
	return event;
}

static void
skip_space(struct json *json)
{
	int c;

	while ((c = peek(json)) == ' ' || c == '\t' || c == '\n' || c == '\r')
		json->at++;
}

enum json_event
json_next(struct json *json)
{
	bool object = json->objects & 1;
	int close = object ? '}' : ']';

	skip_space(json);
	json->token = json->at;
	switch (json->expect) {
	case JSON_EXPECT_COLON:
		if (peek(json) != ':')
			return unexpected(json, "':'");
		json->at++;
		skip_space(json);
		json->token = json->at;
		return read_value(json);
	case JSON_EXPECT_VALUE:
		return read_value(json);
	case JSON_EXPECT_VALUE_OR_CLOSE:
		return peek(json) == close ? close_level(json) : read_value(json);
	case JSON_EXPECT_KEY:
		return read_key(json);
	case JSON_EXPECT_KEY_OR_CLOSE:
		return peek(json) == close ? close_level(json) : read_key(json);
	case JSON_EXPECT_COMMA_OR_CLOSE:
		if (peek(json) == close)
			return close_level(json);
		if (peek(json) != ',')
			return unexpected(json, object ? "',' or '}'" : "',' or ']'");
		json->at++;
		skip_space(json);
		json->token = json->at;
		json->expect = object ? JSON_EXPECT_KEY : JSON_EXPECT_VALUE;
		return object ? read_key(json) : read_value(json);
	case JSON_EXPECT_END:
		if (json->at < json->input.length)
			return unexpected(json, "nothing after the value");
		return JSON_END;
	case JSON_EXPECT_NOTHING:
		break;
	}
	return JSON_ERROR;
}

bool
json_skip(struct json *json, enum json_event event)
{
	unsigned depth = json->depth - (event == JSON_OBJECT || event == JSON_ARRAY);

	while (event != JSON_ERROR && json->depth > depth)
		event = json_next(json);
	return event != JSON_ERROR;
}

static void
write_utf8(struct text *text, uint32_t code)
{
	if (code < 0x80) {
		text_char(text, (char)code);
	} else if (code < 0x800) {
		text_char(text, (char)(0xc0 | code >> 6));
		text_char(text, (char)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		text_char(text, (char)(0xe0 | code >> 12));
		text_char(text, (char)(0x80 | (code >> 6 & 0x3f)));
		text_char(text, (char)(0x80 | (code & 0x3f)));
	} else {
		text_char(text, (char)(0xf0 | code >> 18));
		text_char(text, (char)(0x80 | (code >> 12 & 0x3f)));
		text_char(text, (char)(0x80 | (code >> 6 & 0x3f)));
		text_char(text, (char)(0x80 | (code & 0x3f)));
	}
}

void
json_unescape(struct text *text, struct slice raw)
{
	while (raw.length > 0) {
		static const char letters[] = "bfnrt", values[] = "\b\f\n\r\t";
		size_t plain = slice_find(raw, '\\'), length, letter;

		text_slice(text, slice_first(raw, plain));
		raw = slice_after(raw, plain);
		if (raw.length == 0)
			return;
		length = escape_length(raw);
		letter = slice_find(SLICE(letters), raw.bytes[1]);
		if (length == 2) {
			text_char(text, letter < 5 ? values[letter] : raw.bytes[1]);
		} else {
			uint32_t code = (uint32_t)hex4(slice_after(raw, 2));

			if (length == 12)
				code = 0x10000 + ((code - 0xd800) << 10) +
				       ((uint32_t)hex4(slice_after(raw, 8)) - 0xdc00);
			write_utf8(text, code);
		}
		raw = slice_after(raw, length);
	}
}

bool
json_whole(struct slice number, uint64_t limit, uint64_t *value)
{
	static const uint64_t longest_power = 1 << 20;
	size_t mark = 0, point;
	struct slice digits, exponent = SLICE("0");
	bool minus = number.bytes[0] == '-', negative = false;
	uint64_t power, sum = 0;
	size_t before;

	if (minus)
		number = slice_after(number, 1);
	while (mark < number.length && (number.bytes[mark] | 0x20) != 'e')
		mark++;
	digits = slice_first(number, mark);
	if (mark < number.length) {
		exponent = slice_after(number, mark + 1);
		negative = exponent.bytes[0] == '-';
		if (negative || exponent.bytes[0] == '+')
			exponent = slice_after(exponent, 1);
	}
	/* past this every digit of a text that we read is on one side of the point */
	if (!slice_decimal(exponent, longest_power, &power))
		power = longest_power;
	point = slice_find(digits, '.');
	before = negative ? (power < point ? point - (size_t)power : 0) : point + (size_t)power;
	for (size_t i = 0, place = 0; i < digits.length; i++) {
		uint64_t digit = (unsigned char)digits.bytes[i] - (uint64_t)'0';

		if (digits.bytes[i] == '.')
			continue;
		if (place++ >= before) {
			if (digit != 0)
				return false;
			continue;
		}
		if (digit > limit || sum > (limit - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	for (size_t place = digits.length - (point < digits.length); place < before && sum > 0; place++) {
		if (sum > limit / 10)
			return false;
		sum *= 10;
	}
	*value = sum;
	return !minus || sum == 0;
}

const char *
json_name(enum json_event event)
{
	static const char names[][12] = {
		[JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "an array",
		[JSON_STRING] = "a string",
		[JSON_NUMBER] = "a number",
		[JSON_TRUE] = "true",
		[JSON_FALSE] = "false",
		[JSON_NULL] = "null",
	};

	return names[event];
}
