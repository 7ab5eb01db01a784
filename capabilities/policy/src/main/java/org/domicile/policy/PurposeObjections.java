package org.domicile.policy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Why a purpose or a label cannot be as it is asked for, as one sentence; empty when it can. */
final class PurposeObjections {
    private static final Pattern ACTION =
            Pattern.compile("\\*|[a-z0-9][a-z0-9-]{0,30}:(\\*|[A-Za-z0-9]{1,100}\\*?)");
    private static final int LONGEST_TEXT = 4_096;
    private static final int LONGEST_CONTACT = 256;
    private static final int MOST = 256;
    private static final int MOST_LABELS = 1_000;
    private static final int LONGEST_PREFIX = 1_024;

    private PurposeObjections() {}

    /** To the kind that is asked for; comes before all else that is asked of a purpose. */
    static String kind(Purpose purpose) {
        Optional<Kind> kind = Kinds.named(purpose.kind());
        if (kind.isEmpty()) {
            return "there is no kind '"
                    + purpose.kind()
                    + "' of purposes; 'purpose kinds' shows them: "
                    + Kinds.offered();
        }
        return switch (kind.get().standing()) {
            case OFFERED -> "";
            case KEPT ->
                    "the kind "
                            + kind.get().name()
                            + " is for purposes that were registered before kinds were asked for;"
                            + " 'purpose kinds' shows what to choose from";
            case DECLINED ->
                    "purposes of the kind "
                            + kind.get().name()
                            + " are declined: "
                            + kind.get().reason();
        };
    }

    /** To everything that a purpose declares beside what {@link Objections} looks at. */
    static String declared(Purpose purpose, Register register) {
        if (!Kinds.hasTerm(purpose.term())) {
            return "DPV has no purpose '"
                    + purpose.term()
                    + "'; terms look like dpv:ServiceProvision (--term), and 'purpose kinds' shows"
                    + " that of each kind";
        }
        if (purpose.arabic().length() > LONGEST_TEXT) {
            return "the Arabic text of a purpose has at most 4,096 characters (--text-ar)";
        }
        if (purpose.contact().length() > LONGEST_CONTACT) {
            return "a contact has at most 256 characters (--contact)";
        }
        if (purpose.classes().size() > MOST) {
            return "a purpose lists at most 256 classes of data (--class)";
        }
        String classes = classes(purpose.classes());
        if (!classes.isEmpty()) {
            return classes;
        }
        if (purpose.actions().isEmpty() || purpose.actions().size() > MOST) {
            return "a purpose lists at least one action, and at most 256; * means all (--allow)";
        }
        for (String action : purpose.actions()) {
            if (!ACTION.matcher(action).matches()) {
                return "'"
                        + action
                        + "' is no action: write s3:GetObject, s3:Get* for a family, or * for all"
                        + " (--allow)";
            }
        }
        String algorithm = purpose.algorithm().map(Algorithm::objection).orElse("");
        if (!algorithm.isEmpty()) {
            return algorithm;
        }
        if (purpose.algorithm().isPresent() && !purpose.contact().matches("[^\\s@]+@[^\\s@]+")) {
            return "a purpose with an algorithm names an e-mail address where people ask about it"
                    + " (--contact)";
        }
        return purpose.parent().isEmpty() ? "" : parent(purpose, register);
    }

    /** To words that are to name classes of data. */
    static String classes(List<String> classes) {
        for (String each : classes) {
            if (DataClasses.named(each).isEmpty()) {
                return "there is no class '"
                        + each
                        + "' of data; 'label classes' shows them: open, personal, special, …";
            }
        }
        return "";
    }

    private static String parent(Purpose purpose, Register register) {
        Purpose parent = register.purposes().get(purpose.parent());
        if (parent == null || !parent.organisation().equals(purpose.organisation())) {
            return "there is no purpose "
                    + purpose.parent()
                    + " that this could be a part of; 'purpose list' shows them (--parent)";
        }
        if (parent.withdrawn()) {
            return "the purpose " + parent.id() + " was withdrawn; nothing can be a part of it";
        }
        int depth = 0;
        for (Purpose at = parent;
                !at.parent().isEmpty() && register.purposes().containsKey(at.parent());
                at = register.purposes().getOrDefault(at.parent(), at)) {
            if (++depth >= PurposeRules.DEEPEST - 1) {
                return "purposes lie in each other at most 16 deep";
            }
        }
        return wider(purpose, parent, register);
    }

    /** What of a part is wider than the whole. */
    private static String wider(Purpose purpose, Purpose parent, Register register) {
        String than = " than " + parent.id() + ", which it is a part of: ";
        for (String each : purpose.classes()) {
            if (!DataClasses.covered(parent.classes(), each)) {
                return wider(purpose) + than + "that does not list the class " + each;
            }
        }
        for (String each : purpose.actions()) {
            if (!PurposeRules.covered(parent.actions(), each)) {
                return wider(purpose) + than + "that does not allow the action " + each;
            }
        }
        for (String each : purpose.zones()) {
            if (parent.zones().stream().noneMatch(zone -> register.inside(each, zone))) {
                return wider(purpose) + than + "the zone " + each + " is inside none of its zones";
            }
        }
        if (purpose.sealable() && !parent.sealable()) {
            return wider(purpose) + than + "that does not allow sealed uses";
        }
        return purpose.expires().isAfter(parent.expires())
                ? wider(purpose) + than + "that ends earlier, at " + parent.expires()
                : "";
    }

    private static String wider(Purpose purpose) {
        return "the purpose " + purpose.id() + " would be wider";
    }

    /** To another form of a purpose that is there. */
    static String change(Purpose purpose, Register register, Instant now) {
        Purpose before = register.purposes().get(purpose.id());
        if (before == null) {
            return "there is no purpose "
                    + purpose.id()
                    + "; 'purpose list' shows them (full name: organisation/name)";
        }
        if (purpose.organisation().equals(Policy.INSTALLATION)) {
            return "the built-in purpose " + purpose.id() + " cannot be changed";
        }
        if (before.withdrawn()) {
            return "the purpose " + purpose.id() + " was withdrawn; register a new one";
        }
        if (!before.kind().equals(purpose.kind()) && !before.kind().equals(Kinds.UNSPECIFIED)) {
            return "the kind of a purpose does not change (it is "
                    + before.kind()
                    + "); register another purpose";
        }
        if (!before.parent().equals(purpose.parent())) {
            return "what a purpose is a part of does not change; register another purpose";
        }
        if (before.sealable() != purpose.sealable()) {
            return "whether uses under a purpose may be sealed does not change; register another"
                    + " purpose";
        }
        String kind = before.kind().equals(purpose.kind()) ? "" : kind(purpose);
        if (!kind.isEmpty()) {
            return kind;
        }
        String said = Objections.said(purpose, register, now);
        return said.isEmpty() ? parts(purpose, register) : said;
    }

    private static String parts(Purpose purpose, Register register) {
        for (Purpose each : register.purposes().values()) {
            if (each.parent().equals(purpose.id()) && !each.withdrawn()) {
                String wider = wider(each, purpose, register);
                if (!wider.isEmpty()) {
                    return "change or withdraw its parts first: " + wider;
                }
            }
        }
        return "";
    }

    /** To a label. */
    static String label(Label label, Register register) {
        Marks marks = label.marks();
        if (marks.isEmpty()) {
            return "a label says something: --classes, --prohibit or --allow";
        }
        if (label.prefix().length() > LONGEST_PREFIX) {
            return "the prefix of a label has at most 1,024 characters";
        }
        if (marks.only().size() > 1 || !marks.fits()) {
            return "a label holds at most 1,024 words";
        }
        List<Label> present = register.labels(label.organisation(), label.bucket());
        if (present.size() >= MOST_LABELS
                && present.stream().noneMatch(each -> each.id().equals(label.id()))) {
            return "a bucket has at most 1,000 labels; label shorter prefixes";
        }
        String classes = classes(marks.classes());
        if (!classes.isEmpty()) {
            return classes;
        }
        for (String word : marks.prohibited()) {
            if (!known(word, register)) {
                return unknown(word);
            }
        }
        for (List<String> only : marks.only()) {
            for (String word : only) {
                if (!known(word, register)) {
                    return unknown(word);
                }
                if (marks.prohibited().contains(word)) {
                    return word + " cannot be both allowed and prohibited";
                }
            }
        }
        return "";
    }

    private static boolean known(String word, Register register) {
        return Kinds.named(word).isPresent() || register.purposes().containsKey(word);
    }

    private static String unknown(String word) {
        return "there is no kind and no purpose "
                + word
                + "; 'purpose kinds' and 'purpose list' show them (a purpose by its full name:"
                + " organisation/name)";
    }
}
