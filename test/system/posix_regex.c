/* SPDX-License-Identifier: BSD-2-Clause */
/* Regular expressions: of characters, leftmost and longest, and within bounds. glibc agrees with all of it but the codes
   of `[` and of `a{99999}`, and it has no bounds. */
/* First: it does alone. */
#include <regex.h>

#include "posix_calls.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

static int compiles(const char *pattern)
{
	regex_t expression;
	int error = regcomp(&expression, pattern, REG_EXTENDED);

	/* Programs do so after a refusal too, and twice. */
	regfree(&expression);
	regfree(&expression);
	return error;
}

static void wrong_expressions_are_refused(void)
{
	static const struct {
		const char *pattern;
		int error;
	} wrong[] = {{"[", REG_EBRACK}, {"[[:alpha:]", REG_EBRACK}, {"[[:alpha", REG_EBRACK}, {"[z-a]", REG_ERANGE},
	    {"[[:none:]]", REG_ECTYPE}, {"[[.zz.]]", REG_ECOLLATE}, {"[[.z", REG_EBRACK}, {"(", REG_EPAREN}, {"a{99999}", REG_BADBR},
	    {"\\", REG_EESCAPE}, {"+a", REG_BADRPT}, {"a|*b", REG_BADRPT}, {"(a)\\2", REG_ESUBREG}, {"\\1(a)", REG_ESUBREG}};
	char text[8];

	for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		CHECK(compiles(wrong[i].pattern) == wrong[i].error);
	CHECK(regerror(REG_EBRACK, NULL, text, sizeof text) > sizeof text && strlen(text) == sizeof text - 1);
}

struct example {
	const char *pattern, *text;
	int from, to; /* -1: no match */
	int flags;
};

static int holds(const struct example *example)
{
	regmatch_t match[1] = {{.rm_so = -1, .rm_eo = -1}};
	regex_t expression;

	if (regcomp(&expression, example->pattern, example->flags) != 0)
		return 0;
	int error = regexec(&expression, example->text, 1, match, 0);
	regfree(&expression);
	if (example->from < 0)
		return error == REG_NOMATCH;
	return error == 0 && match[0].rm_so == example->from && match[0].rm_eo == example->to;
}

#define HOLD(examples) \
	for (unsigned i_ = 0; i_ < sizeof(examples) / sizeof(examples)[0]; i_++) \
	CHECK(holds(&(examples)[i_]))

enum { BASIC = 0, ERE = REG_EXTENDED, ICASE = REG_EXTENDED | REG_ICASE, LINES = REG_EXTENDED | REG_NEWLINE };

static void expressions_match(void)
{
	static const struct example examples[] = {{"a(b*)c", "xabbcx", 1, 5, ERE}, {"(a|ab)(c|bcd)(d*)", "abcd", 0, 4, ERE},
	    {"[]a]+", "]a]", 0, 3, ERE}, {"[[.-.]]+[[=a=]]", "x--ay", 1, 4, ERE}, {"(a|)b", "b", 0, 1, ERE}, {"a*", "*", 0, 0, BASIC},
	    {"*a", "*a", 0, 2, BASIC}, {"a\\{2\\}", "aaa", 0, 2, BASIC}, {"a+", "a+", 0, 2, BASIC}, {"^b$", "a\nb\nc", 2, 3, LINES},
	    {"[^x]+", "ab\ncd", 0, 2, LINES}, {"a.b", "a\nb", -1, 0, LINES}, {"a.b", "a\nb", 0, 3, ERE}, {"[B-D]+", "abcd", 1, 4, ICASE},
	    {"\\bword\\b", "a word.", 2, 6, ERE}, {"\\bord", "a word", -1, 0, ERE}, {"\\w+", "--w_1--", 2, 5, ERE}, {"\\b", "..", -1, 0, ERE},
	    {"foo(bar|$)?", "foox", 0, 3, ERE}, {"(^| )?foo", "xfoo", 1, 4, ERE}, {"((xa.{2})*b){2}", "bbbbb", 0, 2, ERE},
	    {"[^a]+(.){2}.{1,2}", "cabcbab", 0, 5, ERE}};

	HOLD(examples);
}

static void characters_match(void)
{
	static const struct example examples[] = {{"^.$", "ä", 0, 2, ERE}, {"^.{3}$", "äöü", 0, 6, ERE}, {"[^ä]", "äö", 2, 4, ERE},
	    {"(ä|ö)+", "xäöz", 1, 5, ERE}, {"ÄÖ", "xäö", 1, 5, ICASE}, {"[ÄÖ]+", "xäö", 1, 5, ICASE}, {"[[:alpha:]]+", "12äßж漢9", 2, 11, ERE},
	    {"[[:upper:]]", "äÄ", 2, 4, ERE}, {"\\bwört\\b", "ein wört da", 4, 9, ERE}, {"\\W", "öx.", 3, 4, ERE}, {".漢", "ä漢", 0, 5, ERE},
	    {"😀+", "x😀😀", 1, 9, ERE}, {"\\(ä\\)\\1", "xää", 1, 5, BASIC}, {"\\(.*\\)x\\1", "äöxäö", 0, 9, BASIC},
	    {"\\(ä.\\)\\1", "äbäc äbäb", 7, 13, BASIC}, {"(ä)\\1", "Ää", 0, 4, ICASE}, {"b", "\xff" "b", 1, 2, ERE}, {".", "\xff", -1, 0, ERE},
	    {".+", "a\xff" "b", 0, 1, ERE}, {"ä", "\xc3", -1, 0, ERE}};
	static const struct example bytes[] = {{"^..$", "ä", 0, 2, ERE}, {"\xe4", "a\xe4", 1, 2, ERE}};

	CHECK(setlocale(LC_ALL, "C.UTF-8") != NULL);
	HOLD(examples);
	setlocale(LC_ALL, "C");
	HOLD(bytes);
}

static void groups_are_told(void)
{
	static const int expected[][2] = {{0, 3}, {0, 1}, {-1, -1}, {1, 3}};
	regmatch_t match[4];
	regex_t expression;

	CHECK(regcomp(&expression, "(a*)(ab)*(b*)", REG_EXTENDED) == 0 && expression.re_nsub == 3);
	CHECK(regexec(&expression, "abb", 4, match, 0) == 0);
	for (int i = 0; i < 4; i++)
		CHECK(match[i].rm_so == expected[i][0] && match[i].rm_eo == expected[i][1]);
	regfree(&expression);
}

/* less searches lines with nulls in them so. */
static void a_text_has_an_end(void)
{
	regmatch_t match[2] = {{.rm_so = 1, .rm_eo = 6}};
	regex_t expression;

	CHECK(regcomp(&expression, "(b)$", REG_EXTENDED) == 0);
	CHECK(regexec(&expression, "ab\0.abb", 2, match, REG_STARTEND) == 0 && match[0].rm_so == 5 && match[0].rm_eo == 6);
	CHECK(match[1].rm_so == 5 && match[1].rm_eo == 6);
	CHECK(regexec(&expression, "abc", 0, NULL, 0) == REG_NOMATCH);
	regfree(&expression);
}

/* They would take gigabytes, or a stack as deep as they are long. */
static void hostile_expressions_are_refused(void)
{
	enum { DEEP = 10000 };
	char *nested = malloc(2 * DEEP + 2);

	CHECK(compiles("((a{255}){255}){255}") == REG_ESPACE);
	CHECK(compiles("(a{0,255}){0,255}") == REG_ESPACE);
	CHECK(nested != NULL);
	if (!nested)
		return;
	memset(nested, '(', DEEP);
	nested[DEEP] = 'a';
	memset(nested + DEEP + 1, ')', DEEP);
	nested[2 * DEEP + 1] = '\0';
	CHECK(compiles(nested) == REG_ESPACE);
	memset(nested, 'a', 2 * DEEP + 1);
	CHECK(compiles(nested) == 0);
	free(nested);
}

void test_regex(void)
{
	run("wrong regular expressions are refused", wrong_expressions_are_refused);
	run("regular expressions match", expressions_match);
	run("regular expressions match characters", characters_match);
	run("groups to the left are the longest", groups_are_told);
	run("a text may have nulls and an end", a_text_has_an_end);
	run("no regular expression takes all memory", hostile_expressions_are_refused);
}
