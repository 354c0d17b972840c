/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every method of every object against what its contract says of callers: the rights it needs, the number of words, the
 * width of each number, the type and rights of each capability. The tests are made from the contracts (method.h), so
 * that a new method is tested the moment it is declared. Refusals come before the method's own code, hence nothing
 * here needs configured objects and nothing may have any effect.
 *
 * What the contracts say a method throws by itself is tested by hand, in the other files; the last test here fails when one of
 * those errors was not seen anywhere (method_saw_error() is told of every error that a test expected and got).
 */
#include "kernel_rig.h"
#include "method.h"

#include "trona/format.h"

#define NAME_SIZE 64
#define METHODS_MAX 160

static struct rig_test tests[METHODS_MAX * 3 + KN_TYPE_COUNT];
static char names[sizeof(tests) / sizeof(tests[0])][NAME_SIZE];
static uint8_t method_of[sizeof(tests) / sizeof(tests[0])]; /* or the object type */
static uint32_t errors_seen[METHODS_MAX];

static const uint8_t singletons[KN_TYPE_COUNT] = {[KN_TYPE_CLOCK] = KN_BOOT_SLOT_CLOCK, [KN_TYPE_CONSOLE] = KN_BOOT_SLOT_CONSOLE,
    [KN_TYPE_POWER] = KN_BOOT_SLOT_POWER, [KN_TYPE_RANDOM] = KN_BOOT_SLOT_RANDOM, [KN_TYPE_DEBUG] = KN_BOOT_SLOT_DEBUG,
    [KN_TYPE_IRQ_CONTROL] = KN_BOOT_SLOT_IRQ_CONTROL, [KN_TYPE_IO_PORT_CONTROL] = KN_BOOT_SLOT_IO_PORT_CONTROL,
    [KN_TYPE_EXEC_AUTHORITY] = KN_BOOT_SLOT_EXEC_AUTHORITY};

/* In a running system others hold them (or, in their slot, lies something else). */
static bool is_elsewhere(enum kn_object_type type)
{
	return singletons[type] != 0 && rig_is_shared();
}

static kn_cap instance(enum kn_object_type type)
{
	if (singletons[type] != 0)
		return singletons[type];
	return rig_new(type, type == KN_TYPE_CNODE ? 4 : type == KN_TYPE_UNTYPED ? 12 : 0);
}

static kn_status invoke(kn_cap self, unsigned label, const kn_word *words, unsigned count, unsigned caps)
{
	struct kn_regs regs = {.info = kn_info(label, caps, count)};

	for (unsigned i = 0; i < count && i < METHOD_WORDS; i++) {
		if (i < KN_MSG_REGS)
			regs.w[i] = words[i];
		else
			kn_thread_self()->ipc->words[i] = words[i];
	}
	return kn_call(self, &regs, KN_TIME_FOREVER);
}

/* Operands that pass every check; capabilities with every right. */
static void good_operands(const struct method *method, kn_word *words)
{
	for (unsigned i = 0; i < method->words; i++) {
		const struct operand *operand = &method->operands[i];

		words[i] = 0;
		if (operand->kind == OPERAND_CAP || operand->kind == OPERAND_OPTIONAL_CAP)
			words[i] = instance(operand->type == KN_TYPE_NONE ? KN_TYPE_ENDPOINT : operand->type);
	}
}

static void expect(const struct method *method, kn_status got, kn_status expected, const char *what, unsigned number)
{
	if (!rig_check_status(got, expected, method->name, __FILE_NAME__, __LINE__))
		rig_print("# %s %u\n", what, number);
}

/* What the running test is about, with an object and operands that pass every check; null: others hold that object. */
static const struct method *method_to_test(kn_cap *self, kn_word *words)
{
	const struct method *method = &methods[method_of[rig_running - tests]];

	if (is_elsewhere(method->type))
		return nullptr;
	*self = instance(method->type);
	good_operands(method, words);
	return method;
}

static void needs_its_rights(void)
{
	kn_word words[METHOD_WORDS] = {};
	kn_cap self;
	const struct method *method = method_to_test(&self, words);

	if (!method)
		return;
	uint32_t all = rig_rights(self);

	check(method->rights != 0 && (all & method->rights) == method->rights);
	/* The rights of an untyped cannot be taken away: it is not copied. */
	if (method->type == KN_TYPE_UNTYPED)
		return;
	for (unsigned bit = 0; bit < 15; bit++) {
		if (method->rights & 1u << bit)
			expect(method, invoke(rig_derive(self, all & ~(1u << bit), 0), method->label, words, method->words, 0),
			    KN_E_RIGHTS, "without right", bit);
	}
	expect(method, invoke(rig_slot(), method->label, words, method->words, 0), KN_E_INVALID_CAP, "in an empty slot", 0);
}

static void counts_its_words(void)
{
	kn_word words[METHOD_WORDS] = {};
	kn_cap self;
	const struct method *method = method_to_test(&self, words);

	if (!method)
		return;
	for (unsigned count = 0; count <= METHOD_WORDS; count++) {
		if (count != method->words)
			expect(method, invoke(self, method->label, words, count, 0), KN_E_BAD_MESSAGE, "words", count);
	}
	expect(method, invoke(self, method->label, words, KN_MSG_MAX_WORDS + 1, 0), KN_E_BAD_MESSAGE, "words", KN_MSG_MAX_WORDS + 1);
	expect(method, invoke(self, method->label, words, method->words, 1), KN_E_BAD_MESSAGE, "capabilities", 1);
}

static void check_cap_operand(const struct method *method, kn_cap self, kn_word *words, unsigned i)
{
	const struct operand *operand = &method->operands[i];
	kn_cap good = words[i], endpoint = rig_new(KN_TYPE_ENDPOINT, 0);
	const kn_cap bad[] = {rig_slot(), 0x7fffffff, endpoint << 32 | 1, ~0ull, 1ull << 63};

	for (unsigned b = 0; b < sizeof(bad) / sizeof(bad[0]); b++) {
		words[i] = bad[b];
		expect(method, invoke(self, method->label, words, method->words, 0), KN_E_INVALID_CAP, "bad address", b);
	}
	words[i] = KN_CAP_NONE;
	if (operand->kind == OPERAND_CAP)
		expect(method, invoke(self, method->label, words, method->words, 0), KN_E_INVALID_CAP, "no operand", i);
	if (operand->type != KN_TYPE_NONE) {
		words[i] = operand->type == KN_TYPE_ENDPOINT ? rig_new(KN_TYPE_REPLY, 0) : endpoint;
		expect(method, invoke(self, method->label, words, method->words, 0), KN_E_WRONG_TYPE, "type of operand", i);
	}
	for (unsigned bit = 0; bit < 15 && operand->type != KN_TYPE_UNTYPED; bit++) {
		if (!(operand->rights & 1u << bit))
			continue;
		words[i] = rig_derive(good, rig_rights(good) & ~(1u << bit), 0);
		expect(method, invoke(self, method->label, words, method->words, 0), KN_E_RIGHTS, "operand without right", bit);
	}
	words[i] = good;
}

static void checks_its_operands(void)
{
	kn_word words[METHOD_WORDS] = {};
	kn_cap self;
	const struct method *method = method_to_test(&self, words);

	if (!method)
		return;
	for (unsigned i = 0; i < method->words; i++) {
		const struct operand *operand = &method->operands[i];

		if (operand->kind == OPERAND_CAP || operand->kind == OPERAND_OPTIONAL_CAP) {
			check_cap_operand(method, self, words, i);
		} else if (operand->bits < 64) {
			words[i] = 1ull << operand->bits;
			expect(method, invoke(self, method->label, words, method->words, 0), KN_E_INVALID_ARG, "wide operand", i);
			words[i] = ~0ull;
			expect(method, invoke(self, method->label, words, method->words, 0), KN_E_INVALID_ARG, "wide operand", i);
			words[i] = 0;
		}
	}
}

static bool has_label(enum kn_object_type type, unsigned label)
{
	for (unsigned i = 0; i < method_count; i++) {
		if (methods[i].type == type && methods[i].label == label)
			return true;
	}
	return false;
}

static void refuses_other_methods(void)
{
	enum kn_object_type type = (enum kn_object_type)method_of[rig_running - tests];

	if (is_elsewhere(type))
		return;
	const kn_word words[METHOD_WORDS] = {};
	kn_cap self = instance(type);

	for (unsigned i = 0; i < method_count; i++) {
		if (methods[i].type != type)
			check_status(invoke(self, methods[i].label, words, methods[i].words, 0), KN_E_INVALID_OP);
	}
	for (unsigned number = 0; number < 256; number++) {
		unsigned label = (unsigned)type << 8 | number;

		if (!has_label(type, label))
			check_status(invoke(self, label, words, 0, 0), KN_E_INVALID_OP);
	}
}

static const char *type_name(enum kn_object_type type)
{
	for (unsigned i = 0; i < method_count; i++) {
		if (methods[i].type == type)
			return methods[i].name;
	}
	return "?";
}

/* Is there an operand that the checks before the method's own code look at? */
static bool has_checked_operand(const struct method *method)
{
	for (unsigned i = 0; i < method->words; i++) {
		if (method->operands[i].type != KN_TYPE_NONE || method->operands[i].bits < 64)
			return true;
	}
	return false;
}

static void add_test(unsigned *count, void (*run)(void), unsigned of, const char *name, const char *what)
{
	size_t length = 0;

	/* "cnode.copy" stays, "cnode" is cut from it. */
	while (name[length] && (run != refuses_other_methods || name[length] != '.'))
		length++;
	format_text(names[*count], NAME_SIZE, "%.*s_%s", (int)length, name, what);
	tests[*count] = (struct rig_test){names[*count], run};
	method_of[(*count)++] = (uint8_t)of;
}

const struct rig_test *method_tests(void)
{
	unsigned count = 0;

	check(method_count <= METHODS_MAX);
	for (unsigned i = 0; i < method_count; i++) {
		add_test(&count, needs_its_rights, i, methods[i].name, "needs_its_rights");
		add_test(&count, counts_its_words, i, methods[i].name, "counts_its_words");
		if (has_checked_operand(&methods[i]))
			add_test(&count, checks_its_operands, i, methods[i].name, "checks_its_operands");
	}
	/* What an endpoint does not know is a message. */
	for (unsigned type = 1; type < KN_TYPE_COUNT; type++) {
		if (type != KN_TYPE_ENDPOINT)
			add_test(&count, refuses_other_methods, type, type_name((enum kn_object_type)type), "refuses_other_methods");
	}
	return tests;
}

/* ---- the errors of the methods themselves ---- */

/* Is `text` a call of the method's stub? */
static bool is_call_of(const char *text, const char *name)
{
	const char prefix[] = "kn_";

	for (unsigned i = 0; prefix[i]; i++, text++) {
		if (*text != prefix[i])
			return false;
	}
	for (; *name; name++, text++) {
		if (*text != (*name == '.' ? '_' : *name))
			return false;
	}
	return *text == '(';
}

void method_saw_error(const char *text, kn_status error)
{
	for (unsigned i = 0; i < method_count; i++) {
		if (!is_call_of(text, methods[i].name))
			continue;
		for (unsigned t = 0; t < methods[i].throw_count; t++) {
			if (methods[i].throws[t] == error)
				errors_seen[i] |= 1u << t;
		}
	}
}

static void every_declared_error_is_seen_in_a_test(void)
{
	if (rig_is_shared()) /* some were skipped */
		return;
	for (unsigned i = 0; i < method_count; i++) {
		for (unsigned t = 0; t < methods[i].throw_count; t++) {
			if (!check((errors_seen[i] & 1u << t) != 0))
				rig_print("# %s throws %d\n", methods[i].name, methods[i].throws[t]);
		}
	}
}

const struct rig_test coverage_tests[] = {
    {"every_declared_error_is_seen_in_a_test", every_declared_error_is_seen_in_a_test},
    {},
};
