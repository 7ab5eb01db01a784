package org.domicile.policy;

/** Why a rule of a table cannot be as it is asked for, as one sentence; empty when it can. */
final class RuleObjections {
    private static final int MOST_COLUMNS = 1_000;
    private static final int MOST_ROWS = 256;

    private RuleObjections() {}

    static String column(TableRules before, TableRules.OfColumn rule) {
        if (rule.classes().isEmpty()) {
            return before.has(rule) ? "" : "that column has no classes that could be taken away";
        }
        if (before.columns().size() >= MOST_COLUMNS && !before.has(rule)) {
            return "a table has classes of at most 1,000 columns";
        }
        String classes = PurposeObjections.classes(rule.classes());
        return !classes.isEmpty() || rule.field() > 0 ? classes : "a column has a field's number";
    }

    static String rows(TableRules before, TableRules.OfRows rule, Register register) {
        if (rule.where().isEmpty()) {
            return before.has(rule) ? "" : "there is no such rule of rows that could be taken away";
        }
        if (before.rows().size() >= MOST_ROWS || rule.purposes().size() > MOST_ROWS) {
            return "a table has at most 256 rules of rows, each for at most 256 purposes";
        }
        for (String each : rule.purposes()) {
            if (!register.purposes().containsKey(each)) {
                return "there is no purpose "
                        + each
                        + "; 'purpose list' shows them (full name: organisation/name)";
            }
        }
        return new Condition(rule.where()).isKept() ? "" : "the condition of a rule is kept parsed";
    }
}
