package org.domicile.cedar;

import java.util.Set;

/** What is a name: ASCII identifiers joined by {@code ::}, none of them reserved. */
final class Names {
    /** The namespace that belongs to the language. */
    static final String CEDAR = "__cedar";

    private static final Set<String> RESERVED =
            Set.of("true", "false", "if", "then", "else", "in", "is", "like", "has");

    private Names() {}

    static boolean isReserved(String identifier) {
        return RESERVED.contains(identifier);
    }

    static boolean isStart(int c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    static boolean isPart(int c) {
        return isStart(c) || (c >= '0' && c <= '9');
    }

    static boolean isTypeName(String text) {
        int from = 0;
        while (true) {
            int to = text.indexOf("::", from);
            String part = text.substring(from, to < 0 ? text.length() : to);
            if (!isIdentifier(part) || isReserved(part) || part.equals(CEDAR)) {
                return false;
            }
            if (to < 0) {
                return true;
            }
            from = to + 2;
        }
    }

    static boolean isIdentifier(String text) {
        if (text.isEmpty() || !isStart(text.charAt(0))) {
            return false;
        }
        for (int i = 1; i < text.length(); i++) {
            if (!isPart(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** An entity type is an action type when its last part is {@code Action}. */
    static boolean isActionType(String type) {
        return type.equals("Action") || type.endsWith("::Action");
    }

    static String baseName(String name) {
        int at = name.lastIndexOf("::");
        return at < 0 ? name : name.substring(at + 2);
    }

    static boolean isQualified(String name) {
        return name.contains("::");
    }
}
