package org.domicile.proof;

import java.util.ArrayList;
import java.util.List;

/**
 * A text with parts that are texts with parts: an expression that can be made smaller.
 *
 * @param seams what stands before, between and after the parts
 */
record Term(List<String> seams, List<Term> parts) {
    Term {
        seams = List.copyOf(seams);
        parts = List.copyOf(parts);
    }

    static Term leaf(String text) {
        return new Term(List.of(text), List.of());
    }

    /** Each {@code %} of the pattern is a part. */
    static Term of(String pattern, Term... parts) {
        List<String> seams = List.of(pattern.split("%", -1));
        if (seams.size() != parts.length + 1) {
            throw new IllegalArgumentException(pattern + " has not " + parts.length + " parts");
        }
        return new Term(seams, List.of(parts));
    }

    static Term joined(String begin, List<Term> parts, String seam, String end) {
        if (parts.isEmpty()) {
            return leaf(begin + end);
        }
        List<String> seams = new ArrayList<>();
        seams.add(begin);
        for (int i = 1; i < parts.size(); i++) {
            seams.add(seam);
        }
        seams.add(end);
        return new Term(seams, parts);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        write(text);
        return text.toString();
    }

    private void write(StringBuilder text) {
        for (int i = 0; i < parts.size(); i++) {
            text.append(seams.get(i));
            parts.get(i).write(text);
        }
        text.append(seams.getLast());
    }

    int size() {
        return 1 + parts.stream().mapToInt(Term::size).sum();
    }

    /** This term with one of its parts, at any depth, replaced by one of that part's own parts. */
    List<Term> smaller() {
        List<Term> smaller = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            List<Term> replacements = new ArrayList<>(parts.get(i).parts);
            replacements.addAll(parts.get(i).smaller());
            if (parts.get(i).size() > 1) {
                replacements.add(leaf("true"));
            }
            for (Term replacement : replacements) {
                List<Term> changed = new ArrayList<>(parts);
                changed.set(i, replacement);
                smaller.add(new Term(seams, changed));
            }
        }
        return smaller;
    }
}
