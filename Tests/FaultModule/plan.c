#define _GNU_SOURCE
#include "plan.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "return_values.h"

enum { MAX_RULES = 32, MAX_FUNCTIONS = 80, MAX_HIDDEN = 64, MAX_NULL = 8 };

struct rule {
  char function[64];
  unsigned long first, last;
  struct step step;
};

static struct {
  struct timespec changed;
  ino_t inode;
  struct rule rules[MAX_RULES];
  size_t rule_count;
  CK_MECHANISM_TYPE hidden[MAX_HIDDEN];
  size_t hidden_count;
  CK_FLAGS set, clear;
  CK_ULONG maximum_session_count;
  struct { CK_OBJECT_CLASS object_class; CK_ATTRIBUTE_TYPE type; } hidden_attributes[MAX_HIDDEN];
  size_t hidden_attribute_count;
  char null_functions[MAX_NULL][64];
  size_t null_count;
  CK_ULONG more_certificates, least_key_size, most_key_size;
  struct { CK_ATTRIBUTE_TYPE type; CK_BYTE value; } set_attributes[MAX_HIDDEN];
  size_t set_attribute_count;
  bool has_key_sizes;
  char model[32];
  bool is_absent, fails_whole_calls, are_twins;
  char real_module[PATH_MAX], pin_pad[PATH_MAX], variable[64], value[PATH_MAX], directory[PATH_MAX];
} plan;

// Calls since the module was loaded, and since the plan changed.
static struct {
  const char *function;
  unsigned long total, since_change;
} counts[MAX_FUNCTIONS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const struct { const char *name; CK_RV value; } return_values[] = {
#define X(name) {"CKR_" #name, CKR_##name},
    RETURN_VALUES(X)
#undef X
};

static const char *const action_names[] = {
    [FAIL] = "fail", [ANSWER] = "answer", [HANG] = "hang", [CRASH] = "crash", [SPOIL] = "spoil", [TRUNCATE] = "truncate",
    [REPEAT] = "repeat", [CLOSE] = "close", [LOGOUT] = "logout", [REMOVE] = "remove", [EMPTY] = "empty",
    [WAIT] = "wait", [PRINT] = "print", [EXIT] = "exit", [KILL] = "kill", [KILL_AFTER] = "kill-after",
};

// A plan that cannot be read would let a test pass that proves nothing.
static void refuse(const char *line) {
  fprintf(stderr, "fault module: cannot follow '%s'\n", line);
  abort();
}

static void path_beside_module(char path[PATH_MAX], const char *suffix) {
  Dl_info info;
  if (!dladdr((void *)&next_step, &info)) refuse("its own path");
  snprintf(path, PATH_MAX, "%s%s", info.dli_fname, suffix);
}

static CK_RV value_named(const char *name, const char *line) {
  for (size_t i = 0; i < sizeof return_values / sizeof *return_values; i++)
    if (!strcmp(return_values[i].name, name)) return return_values[i].value;
  refuse(line);
  return CKR_OK;
}

// N, N-M, N+ or *.
static bool read_range(const char *text, struct rule *rule) {
  char *end = NULL;
  rule->first = 1;
  rule->last = ULONG_MAX;
  if (!strcmp(text, "*")) return true;
  rule->first = rule->last = strtoul(text, &end, 10);
  if (end != text && *end == '+') rule->last = ULONG_MAX;
  if (end != text && *end == '-') rule->last = strtoul(end + 1, &end, 10);
  return end != text && (*end == 0 || !strcmp(end, "+"));
}

static void read_rule(const char *line, enum action action) {
  char range[32], value[64] = "";
  if (plan.rule_count == MAX_RULES) refuse(line);
  struct rule *rule = &plan.rules[plan.rule_count++];
  int count = sscanf(line, "%*s %63s %31s %63s", rule->function, range, value);
  bool needs_value = action == FAIL || action == ANSWER;
  if (count != (needs_value ? 3 : 2) || !read_range(range, rule)) refuse(line);
  rule->step = (struct step){action, needs_value ? value_named(value, line) : CKR_OK};
}

static void read_line(char *line) {
  char word[64] = "";
  line[strcspn(line, "\n")] = 0;
  if (sscanf(line, "%63s", word) != 1) return;
  const char *rest = line + strlen(word) + (line[strlen(word)] == ' ');
  if (!strcmp(word, "module")) { snprintf(plan.real_module, PATH_MAX, "%s", rest); return; }
  if (!strcmp(word, "pin-pad")) { snprintf(plan.pin_pad, PATH_MAX, "%s", rest); return; }
  if (!strcmp(word, "environment")) {
    if (sscanf(rest, "%63s %4095[^\n]", plan.variable, plan.value) != 2) refuse(line);
    return;
  }
  if (!strcmp(word, "directory")) { snprintf(plan.directory, PATH_MAX, "%s", rest); return; }
  if (!strcmp(word, "more-certificates")) { plan.more_certificates = strtoul(rest, NULL, 0); return; }
  if (!strcmp(word, "key-sizes")) {
    plan.has_key_sizes = sscanf(rest, "%lu %lu", &plan.least_key_size, &plan.most_key_size) == 2;
    if (!plan.has_key_sizes) refuse(line);
    return;
  }
  if (!strcmp(word, "set-attribute")) {
    char type[32] = "";
    unsigned value = 0;
    if (plan.set_attribute_count == MAX_HIDDEN || sscanf(rest, "%31s %u", type, &value) != 2) refuse(line);
    plan.set_attributes[plan.set_attribute_count].type = strtoul(type, NULL, 0);
    plan.set_attributes[plan.set_attribute_count++].value = (CK_BYTE)value;
    return;
  }
  if (!strcmp(word, "model")) { snprintf(plan.model, sizeof plan.model, "%s", rest); return; }
  if (!strcmp(word, "twins")) { plan.are_twins = true; return; }
  if (!strcmp(word, "whole-calls")) { plan.fails_whole_calls = true; return; }
  if (!strcmp(word, "null")) {
    if (plan.null_count == MAX_NULL) refuse(line);
    snprintf(plan.null_functions[plan.null_count++], sizeof *plan.null_functions, "%.63s", rest);
    return;
  }
  if (!strcmp(word, "hide-attribute")) {
    char object_class[16] = "", type[32] = "";
    if (plan.hidden_attribute_count == MAX_HIDDEN || sscanf(rest, "%15s %31s", object_class, type) != 2) refuse(line);
    bool is_private = !strcmp(object_class, "private");
    if (!is_private && strcmp(object_class, "public")) refuse(line);
    plan.hidden_attributes[plan.hidden_attribute_count].object_class = is_private ? CKO_PRIVATE_KEY : CKO_PUBLIC_KEY;
    plan.hidden_attributes[plan.hidden_attribute_count++].type = strtoul(type, NULL, 0);
    return;
  }
  if (!strcmp(word, "absent")) { plan.is_absent = true; return; }
  if (!strcmp(word, "set-flags")) { plan.set = strtoul(rest, NULL, 0); return; }
  if (!strcmp(word, "clear-flags")) { plan.clear = strtoul(rest, NULL, 0); return; }
  if (!strcmp(word, "maximum-sessions")) { plan.maximum_session_count = strtoul(rest, NULL, 0); return; }
  if (!strcmp(word, "hide-mechanism")) {
    if (plan.hidden_count == MAX_HIDDEN) refuse(line);
    plan.hidden[plan.hidden_count++] = strtoul(rest, NULL, 0);
    return;
  }
  for (enum action action = FAIL; action <= KILL_AFTER; action++)
    if (!strcmp(word, action_names[action])) { read_rule(line, action); return; }
  refuse(line);
}

static void read_plan(void) {
  char path[PATH_MAX], line[PATH_MAX + 32];
  struct stat status;
  path_beside_module(path, ".plan");
  FILE *file = fopen(path, "re");
  // Once there was one, the test is over when it has gone, and the last calls may still come.
  if (!file && plan.inode) return;
  if (!file || fstat(fileno(file), &status)) refuse(path);
  if (status.st_ino != plan.inode || memcmp(&status.st_mtim, &plan.changed, sizeof plan.changed)) {
    memset(&plan, 0, sizeof plan);
    plan.inode = status.st_ino;
    plan.changed = status.st_mtim;
    for (size_t i = 0; i < MAX_FUNCTIONS; i++) counts[i].since_change = 0;
    while (fgets(line, sizeof line, file)) read_line(line);
  }
  fclose(file);
}

static size_t index_of(const char *function) {
  size_t i = 0;
  while (i < MAX_FUNCTIONS - 1 && counts[i].function && strcmp(counts[i].function, function)) i++;
  counts[i].function = function;
  return i;
}

struct step next_step(const char *function) {
  struct step step = {NOTHING, CKR_OK};
  pthread_mutex_lock(&lock);
  read_plan();
  size_t i = index_of(function);
  counts[i].total++;
  unsigned long count = ++counts[i].since_change;
  for (size_t r = 0; r < plan.rule_count && step.action == NOTHING; r++)
    if (!strcmp(plan.rules[r].function, function) && plan.rules[r].first <= count && count <= plan.rules[r].last)
      step = plan.rules[r].step;
  if (step.action == REMOVE) plan.is_absent = true;
  pthread_mutex_unlock(&lock);
  return step;
}

void record(const char *function, CK_RV value, const char *note) {
  char path[PATH_MAX], number[32];
  const char *name = number;
  snprintf(number, sizeof number, "0x%lx", value);
  for (size_t i = 0; i < sizeof return_values / sizeof *return_values; i++)
    if (return_values[i].value == value) name = return_values[i].name;
  path_beside_module(path, ".calls");
  pthread_mutex_lock(&lock);
  FILE *file = fopen(path, "ae");
  if (file) fprintf(file, "%s %lu %s%s%s\n", function, counts[index_of(function)].total, name, *note ? " " : "", note);
  if (file) fclose(file);
  pthread_mutex_unlock(&lock);
}

const char *real_module(void) { return plan.real_module; }
bool is_token_absent(void) { return plan.is_absent; }
CK_FLAGS flags_to_set(void) { return plan.set; }
CK_FLAGS flags_to_clear(void) { return plan.clear; }
CK_ULONG maximum_session_count(void) { return plan.maximum_session_count; }
const char *variable_name(void) { return *plan.variable ? plan.variable : NULL; }
const char *variable_value(void) { return plan.value; }
const char *directory(void) { return *plan.directory ? plan.directory : NULL; }
bool hides_attributes(void) { return plan.hidden_attribute_count > 0; }
CK_ULONG more_certificates(void) { return plan.more_certificates; }
bool are_twins(void) { return plan.are_twins; }
bool fails_whole_calls(void) { return plan.fails_whole_calls; }
const char *pin_pad(void) { return *plan.pin_pad ? plan.pin_pad : NULL; }

bool is_mechanism_hidden(CK_MECHANISM_TYPE mechanism) {
  for (size_t i = 0; i < plan.hidden_count; i++)
    if (plan.hidden[i] == mechanism) return true;
  return false;
}

bool is_attribute_hidden(CK_OBJECT_CLASS object_class, CK_ATTRIBUTE_TYPE type) {
  for (size_t i = 0; i < plan.hidden_attribute_count; i++)
    if (plan.hidden_attributes[i].object_class == object_class && plan.hidden_attributes[i].type == type) return true;
  return false;
}

bool key_sizes(CK_ULONG *least, CK_ULONG *most) {
  if (plan.has_key_sizes) *least = plan.least_key_size, *most = plan.most_key_size;
  return plan.has_key_sizes;
}

const char *model(void) { return *plan.model ? plan.model : NULL; }

bool is_attribute_set(CK_ATTRIBUTE_TYPE type, CK_BYTE *value) {
  for (size_t i = 0; i < plan.set_attribute_count; i++)
    if (plan.set_attributes[i].type == type) return *value = plan.set_attributes[i].value, true;
  return false;
}

bool is_null(const char *function) {
  for (size_t i = 0; i < plan.null_count; i++)
    if (!strcmp(plan.null_functions[i], function)) return true;
  return false;
}
