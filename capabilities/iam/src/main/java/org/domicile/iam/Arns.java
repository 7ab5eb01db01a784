package org.domicile.iam;

import java.util.List;

/** Amazon resource names: {@code arn:partition:service:region:account:resource}. */
final class Arns {
    static final int PARTS = 6;

    private Arns() {}

    /** Whether it could be one: six parts, the first of them {@code arn} or wild. */
    static boolean isArn(Pattern pattern) {
        List<Pattern> parts = pattern.split(PARTS);
        return parts.size() == PARTS
                && parts.getFirst().isLiteral()
                && parts.getFirst().text().equals("arn");
    }

    /** ArnLike compares each of the six parts on its own; a wildcard does not reach beyond. */
    static boolean matches(Pattern wanted, String found, Variables variables) {
        List<Pattern> parts = wanted.split(PARTS);
        String[] values = found.split(":", PARTS);
        if (parts.size() != values.length) {
            return false;
        }
        for (int i = 0; i < values.length; i++) {
            if (!parts.get(i).matches(values[i], variables)) {
                return false;
            }
        }
        return true;
    }

    /** Whether comparing part by part is the same as Cedar's {@code like} over the whole. */
    static boolean isLike(Pattern pattern) {
        List<Pattern> parts = pattern.split(PARTS);
        return parts.size() == PARTS
                && parts.subList(0, PARTS - 1).stream().allMatch(Pattern::isLiteral)
                && parts.getLast().isLike();
    }
}
