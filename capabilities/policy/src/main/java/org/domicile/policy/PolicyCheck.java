package org.domicile.policy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.cedar.CedarException;
import org.domicile.cedar.Effect;
import org.domicile.cedar.PolicySet;
import org.domicile.cedar.Validator;

/** Reads a text of policies as a server would before it may decide. */
final class PolicyCheck {
    /** What {@code @id} may say: it is a reason code and stands in entries. */
    private static final Pattern ID = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /** A message that begins with its place says it twice. */
    private static final Pattern PLACE = Pattern.compile("^line \\d+, column \\d+: ");

    private final List<Policy.Problem> problems = new ArrayList<>();

    private PolicyCheck() {}

    /** Errors first; then what is allowed and probably not meant. */
    static List<Policy.Problem> of(String text) {
        PolicyCheck check = new PolicyCheck();
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > PolicyText.LONGEST) {
            check.error(0, 0, "the text has %,d bytes; at most 65,536 are taken".formatted(bytes));
            return check.problems;
        }
        try {
            check.read(text);
        } catch (CedarException e) {
            String message = String.valueOf(e.getMessage());
            Matcher place = PLACE.matcher(message);
            check.error(e.line(), e.column(), place.replaceFirst(""));
        }
        return check.problems;
    }

    private void read(String text) throws CedarException {
        List<PolicySet.Source> sources = PolicySet.sources(text);
        if (sources.isEmpty()) {
            error(1, 1, "there is no policy; expected `permit` or `forbid`");
        }
        if (sources.size() > PolicyText.MOST_POLICIES) {
            error(
                    0,
                    0,
                    "there are %d policies; at most %d are taken in one text"
                            .formatted(sources.size(), PolicyText.MOST_POLICIES));
        }
        Set<String> ids = new HashSet<>();
        for (PolicySet.Source each : sources) {
            name(each, ids);
        }
        Validator.Findings findings =
                Validator.validate(PolicySet.parse(text), ProgramPolicies.SCHEMA);
        findings.errors().forEach(each -> error(each.line(), each.column(), each.message()));
        for (Validator.Finding each : findings.warnings()) {
            warning(each.line(), each.column(), each.message());
        }
        for (PolicySet.Source each : sources) {
            if (each.effect() == Effect.PERMIT) {
                warning(
                        each.line(),
                        each.column(),
                        "a permit grants nothing that the credential does not list; to narrow what"
                                + " may be done write `forbid … unless { … }`");
            }
        }
    }

    private void name(PolicySet.Source source, Set<String> ids) {
        if (!source.slots().isEmpty()) {
            error(source.line(), source.column(), "templates are not taken; fill the slots in");
        }
        if (!source.id().isEmpty() && !ID.matcher(source.id()).matches()) {
            error(
                    source.line(),
                    source.column(),
                    "@id is '"
                            + source.id()
                            + "', expected 1 to 63 lower-case letters, digits and hyphens: it is"
                            + " the reason that callers are told");
        }
        if (!source.id().isEmpty() && !ids.add(source.id())) {
            error(source.line(), source.column(), "@id '" + source.id() + "' stands here twice");
        }
        if (source.id().matches("policy[0-9]+")) {
            error(
                    source.line(),
                    source.column(),
                    "@id is '" + source.id() + "', which is the name of a policy without one");
        }
    }

    private void error(int line, int column, String message) {
        problems.add(new Policy.Problem(line, column, message, Policy.Problem.Weight.ERROR));
    }

    private void warning(int line, int column, String message) {
        problems.add(new Policy.Problem(line, column, message, Policy.Problem.Weight.WARNING));
    }
}
