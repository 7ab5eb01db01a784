package org.domicile.iam;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads Principal: who is named. */
record Named(Part part) {
    /** The entities of Cedar that stand for them; none is everybody. */
    List<String> groups(Json json) throws IamException {
        if (json instanceof Json.Text(String star, _) && star.equals("*")) {
            return List.of();
        }
        if (!(json instanceof Json.Fields(Map<String, Json.Member> members, int at))
                || members.isEmpty()) {
            throw part.wrong(
                    json.at(),
                    "principals are \"*\" or {\"AWS\": …} or {\"CanonicalUser\": …}, found "
                            + json.described());
        }
        List<String> groups = new ArrayList<>();
        boolean everybody = false;
        for (Map.Entry<String, Json.Member> member : members.entrySet()) {
            String kind = member.getKey();
            switch (kind) {
                case "AWS" -> {
                    for (Json.Text each : part.texts(member.getValue().value(), "a principal")) {
                        if (each.value().equals("*")) {
                            everybody = true;
                        } else {
                            groups.add(aws(each));
                        }
                    }
                }
                case "CanonicalUser" -> {
                    for (Json.Text each :
                            part.texts(member.getValue().value(), "a canonical user id")) {
                        if (!each.value().matches("[0-9A-Za-z-]+")) {
                            throw part.wrong(
                                    each.at(), "\"" + each.value() + "\" is no canonical user id");
                        }
                        groups.add(entity(S3Schema.CANONICAL_USER, each.value()));
                    }
                }
                case "Service", "Federated" ->
                        throw part.wrong(
                                member.getValue().at(),
                                "nobody acts here as a principal of the kind \""
                                        + kind
                                        + "\"; name users, roles or organisations under \"AWS\"");
                default ->
                        throw part.wrong(
                                member.getValue().at(),
                                "there is no kind of principal \""
                                        + kind
                                        + "\"; there are AWS and CanonicalUser");
            }
        }
        return everybody ? List.of() : groups;
    }

    /** An account by its id or its root, or a user, role or session by its ARN. */
    private String aws(Json.Text json) throws IamException {
        String name = json.value();
        if (name.matches("[0-9A-Za-z_.-]+")) {
            return entity(S3Schema.ACCOUNT, name);
        }
        if (name.indexOf('*') >= 0 || name.indexOf('?') >= 0 || name.contains("${")) {
            throw part.wrong(
                    json.at(),
                    "\""
                            + name
                            + "\" has a wildcard, which no principal has; say \"*\" and add a"
                            + " Condition with ArnLike on aws:PrincipalArn");
        }
        String[] parts = name.split(":", Arns.PARTS);
        boolean iam = parts.length == Arns.PARTS && parts[2].equals("iam");
        boolean sts = parts.length == Arns.PARTS && parts[2].equals("sts");
        if (!name.startsWith("arn:") || !(iam || sts) || !parts[3].isEmpty()) {
            throw part.wrong(
                    json.at(),
                    "\""
                            + name
                            + "\" is no principal; expected \"*\", an organisation, or an ARN like"
                            + " arn:aws:iam::ORGANISATION:user/NAME");
        }
        String what = parts[5];
        if (iam && what.equals("root")) {
            return entity(S3Schema.ACCOUNT, parts[4]);
        }
        List<String> kinds = iam ? List.of("user/", "role/") : List.of("assumed-role/");
        if (kinds.stream()
                .noneMatch(kind -> what.startsWith(kind) && what.length() > kind.length())) {
            throw part.wrong(
                    json.at(),
                    "\""
                            + name
                            + "\" names no user/…, role/… or root, and no assumed-role/… of sts");
        }
        return entity(S3Schema.PRINCIPAL, name);
    }

    private static String entity(String type, String id) {
        return type + "::" + CedarText.quoted(id);
    }
}
