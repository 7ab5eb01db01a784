package org.domicile.iam;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.domicile.cedar.Effect;

/**
 * Reads a policy document (IAM User Guide, "Grammar of the IAM JSON policy language"). Whatever
 * cannot be read strictly, or means something here that nobody can rely on, is refused where it
 * stands.
 */
final class Document {
    static final int LARGEST = 20 * 1024;
    private static final String VARIABLES_VERSION = "2012-10-17";
    private static final Set<String> VERSIONS = Set.of(VARIABLES_VERSION, "2008-10-17");
    private static final int LONGEST_SID = 256;

    /** The elements of a statement. */
    private static final Set<String> ELEMENTS =
            Set.of(
                    "Sid",
                    "Effect",
                    "Principal",
                    "NotPrincipal",
                    "Action",
                    "NotAction",
                    "Resource",
                    "NotResource",
                    "Condition");

    private final Source source;
    private final Attachment to;
    private boolean variables;

    private Document(Source source, Attachment to) {
        this.source = source;
        this.to = to;
    }

    static List<Statement> parse(String text, Attachment to) throws IamException {
        Source source = new Source(text);
        if (text.length() > LARGEST || text.getBytes(StandardCharsets.UTF_8).length > LARGEST) {
            throw source.wrong(0, "a policy has at most " + LARGEST + " bytes");
        }
        return new Document(source, to).statements(Json.parse(source));
    }

    private List<Statement> statements(Json json) throws IamException {
        if (!(json instanceof Json.Fields(Map<String, Json.Member> members, int at))) {
            throw source.wrong(json.at(), "a policy is an object, found " + json.described());
        }
        for (Map.Entry<String, Json.Member> member : members.entrySet()) {
            if (!Set.of("Version", "Id", "Statement").contains(member.getKey())) {
                throw source.wrong(
                        member.getValue().at(),
                        "a policy has Version, Id and Statement, and no \""
                                + member.getKey()
                                + "\"");
            }
        }
        Json.Member version = members.get("Version");
        if (version != null) {
            String written = text(version.value(), "Version");
            if (!VERSIONS.contains(written)) {
                throw source.wrong(
                        version.value().at(), "Version is \"2012-10-17\" or \"2008-10-17\"");
            }
            variables = written.equals(VARIABLES_VERSION);
        }
        Json.Member id = members.get("Id");
        if (id != null) {
            text(id.value(), "Id");
        }
        Json.Member statement = members.get("Statement");
        if (statement == null) {
            throw source.wrong(at, "a policy needs Statement");
        }
        List<Json> written =
                statement.value() instanceof Json.Many(List<Json> elements, _)
                        ? elements
                        : List.of(statement.value());
        if (written.isEmpty()) {
            throw source.wrong(statement.value().at(), "a policy has at least one statement");
        }
        List<Statement> statements = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < written.size(); i++) {
            Statement read = statement(written.get(i), i + 1);
            if (!ids.add(read.id())) {
                throw source.wrong(
                        written.get(i).at(), "two statements are called \"" + read.id() + "\"");
            }
            statements.add(read);
        }
        return statements;
    }

    private Statement statement(Json json, int number) throws IamException {
        if (!(json instanceof Json.Fields(Map<String, Json.Member> members, int at))) {
            throw source.wrong(
                    json.at(), "statement " + number + " is an object, found " + json.described());
        }
        String id = "statement" + number;
        Json.Member sid = members.get("Sid");
        if (sid != null) {
            String written = text(sid.value(), "Sid");
            if (written.length() > LONGEST_SID) {
                throw source.wrong(
                        sid.value().at(), "a Sid has at most " + LONGEST_SID + " characters");
            }
            id = written.isEmpty() ? id : written;
        }
        Part part =
                new Part(
                        source,
                        sid == null ? "statement " + number : "statement \"" + id + "\"",
                        variables);
        for (Map.Entry<String, Json.Member> member : members.entrySet()) {
            if (!ELEMENTS.contains(member.getKey())) {
                throw part.wrong(
                        member.getValue().at(),
                        "there is no element \""
                                + member.getKey()
                                + "\"; a statement has Sid, Effect, Principal, Action, Resource,"
                                + " Condition, and NotPrincipal, NotAction, NotResource");
            }
        }
        Effect effect = effect(part, members, at);
        Statement.Choice actionChoice =
                part.oneOf(members, at, "Action", "NotAction").equals("Action")
                        ? Statement.Choice.THESE
                        : Statement.Choice.ALL_BUT_THESE;
        Statement.Choice resourceChoice =
                part.oneOf(members, at, "Resource", "NotResource").equals("Resource")
                        ? Statement.Choice.THESE
                        : Statement.Choice.ALL_BUT_THESE;
        Json actions =
                part.element(
                        members, actionChoice == Statement.Choice.THESE ? "Action" : "NotAction");
        Json resources =
                part.element(
                        members,
                        resourceChoice == Statement.Choice.THESE ? "Resource" : "NotResource");
        Json.Member condition = members.get("Condition");
        return new Statement(
                id,
                effect,
                principals(part, members, at, effect),
                actionChoice,
                actions(part, actions, actionChoice),
                resourceChoice,
                new Resources(part, to).patterns(resources, resourceChoice),
                condition == null ? List.of() : new Conditions(part).lines(condition.value()));
    }

    private String text(Json json, String element) throws IamException {
        if (json instanceof Json.Text(String value, _)) {
            return value;
        }
        throw source.wrong(json.at(), element + " is a string, found " + json.described());
    }

    private static Effect effect(Part part, Map<String, Json.Member> members, int at)
            throws IamException {
        Json.Member effect = members.get("Effect");
        if (effect == null) {
            throw part.wrong(at, "it needs Effect, \"Allow\" or \"Deny\"");
        }
        if (effect.value() instanceof Json.Text(String word, _)) {
            if (word.equals("Allow")) {
                return Effect.PERMIT;
            }
            if (word.equals("Deny")) {
                return Effect.FORBID;
            }
        }
        throw part.wrong(effect.value().at(), "Effect is \"Allow\" or \"Deny\"");
    }

    private Statement.Principals principals(
            Part part, Map<String, Json.Member> members, int at, Effect effect)
            throws IamException {
        Json.Member principal = members.get("Principal");
        Json.Member not = members.get("NotPrincipal");
        if (!(to instanceof Attachment.Bucket)) {
            Json.Member named = principal == null ? not : principal;
            if (named == null) {
                return new Statement.Principals.Everybody();
            }
            throw part.wrong(
                    named.at(),
                    "the policy of a principal or a session names no principal: it is for whom it"
                            + " hangs on");
        }
        if (not != null && principal == null) {
            if (effect == Effect.PERMIT) {
                throw part.wrong(
                        not.at(),
                        "NotPrincipal stands with \"Effect\": \"Deny\" only; allow with Principal,"
                                + " and a Condition with ArnNotLike on aws:PrincipalArn");
            }
            List<String> groups = new Named(part).groups(not.value());
            if (groups.isEmpty()) {
                throw part.wrong(not.value().at(), "NotPrincipal \"*\" is nobody");
            }
            return new Statement.Principals.Outside(groups);
        }
        part.oneOf(members, at, "Principal", "NotPrincipal");
        List<String> groups = new Named(part).groups(part.element(members, "Principal"));
        return groups.isEmpty()
                ? new Statement.Principals.Everybody()
                : new Statement.Principals.In(groups);
    }

    /** The S3 actions that these patterns name, and that may stand in such a policy. */
    private List<String> actions(Part part, Json json, Statement.Choice choice)
            throws IamException {
        boolean onBucket = to instanceof Attachment.Bucket;
        Set<String> actions = new LinkedHashSet<>();
        for (Json.Text each : part.texts(json, "an action")) {
            String pattern = each.value();
            int colon = pattern.indexOf(':');
            String service = colon < 0 ? "" : pattern.substring(0, colon);
            if (pattern.equals("*")) {
                actions.addAll(S3Actions.sorted());
            } else if (service.equalsIgnoreCase("s3")) {
                List<String> found = S3Actions.matching(pattern.substring(colon + 1));
                if (found.isEmpty()) {
                    throw part.wrong(each.at(), "S3 has no action \"" + pattern + "\"");
                }
                actions.addAll(found);
            } else if (onBucket || !service.matches("[A-Za-z0-9-]+")) {
                throw part.wrong(
                        each.at(),
                        "\"" + pattern + "\" is no action of S3, as \"s3:GetObject\" is one");
            }
            // Another service's action in the policy of a principal: nobody asks for it here.
        }
        if (onBucket) {
            actions.removeIf(name -> S3Actions.level(name) == S3Actions.Level.SERVICE);
            if (actions.isEmpty() && choice == Statement.Choice.THESE) {
                throw part.wrong(json.at(), "none of these actions is asked for a bucket");
            }
        }
        return List.copyOf(actions);
    }
}
