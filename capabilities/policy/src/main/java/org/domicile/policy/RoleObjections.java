package org.domicile.policy;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.domicile.cedar.CedarException;
import org.domicile.iam.IamException;

/** Why a role or an outbound target cannot be made, as one sentence; empty when it can. */
final class RoleObjections {
    /** IAM API Reference, CreateRole, RoleName, in the form of our own names. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private static final Pattern NETWORK = Pattern.compile("[0-9a-fA-F.:]{2,45}(/[0-9]{1,3})?");
    private static final int MOST = 64;
    private static final int LONGEST_TEXT = 512;

    /** Living roles of an organisation, and living targets: each is an entity of every decision. */
    private static final int MOST_OF_ONE = 1_024;

    private RoleObjections() {}

    static String role(Role role, Register register, Instant now) {
        String names = named("role", role.name(), role.organisation(), register);
        if (!names.isEmpty()) {
            return names;
        }
        Role standing = register.roles().get(role.full());
        if (standing != null && !standing.removed()) {
            return "the role "
                    + role.full()
                    + " exists already; a role is not rewritten: remove it, with all that acts in"
                    + " it, and make it anew";
        }
        if (living(
                register.roles().values().stream()
                        .filter(each -> !each.removed())
                        .map(Role::organisation)
                        .toList(),
                role.organisation())) {
            return "the organisation "
                    + role.organisation()
                    + " has 1,024 roles, which is the most";
        }
        Purpose purpose = register.purposes().get(role.purpose());
        if (purpose == null || !purpose.organisation().equals(role.organisation())) {
            return "there is no purpose "
                    + role.purpose()
                    + " in the organisation "
                    + role.organisation()
                    + "; 'purpose list' shows them";
        }
        if (purpose.withdrawn() || !purpose.expires().isAfter(now)) {
            return "the purpose " + purpose.id() + " is not valid any more";
        }
        Duration longest = role.longest();
        if (longest.compareTo(Role.SHORTEST) < 0 || longest.compareTo(Role.LONGEST) > 0) {
            return "a session in a role lasts from 15 minutes to 12 hours (--longest)";
        }
        String trust = trust(role, register);
        return trust.isEmpty() ? permissions(role.permissions()) : trust;
    }

    private static String trust(Role role, Register register) {
        if (role.principals().isEmpty() && role.issuer().isEmpty()) {
            return "a role needs somebody who may assume it: principals (--principal) or the tokens"
                    + " of an issuer (--issuer)";
        }
        if (role.principals().size() > MOST) {
            return "at most 64 principals may assume a role";
        }
        for (String each : role.principals()) {
            Principal principal = register.principals().get(each);
            if (principal == null
                    || principal.erased()
                    || !principal.organisation().equals(role.organisation())) {
                return "there is no such principal in the organisation "
                        + role.organisation()
                        + "; 'principal list' shows them";
            }
        }
        if (role.issuer().isEmpty()) {
            return role.audiences().isEmpty() && role.subjects().isEmpty()
                    ? ""
                    : "audiences and subjects are those of an issuer's tokens (--issuer)";
        }
        Target issuer = register.targets().get(role.issuer());
        if (issuer == null
                || issuer.removed()
                || !issuer.organisation().equals(role.organisation())) {
            return "there is no target "
                    + role.issuer()
                    + " in the organisation "
                    + role.organisation()
                    + "; 'target list' shows them";
        }
        if (role.audiences().isEmpty() || role.subjects().isEmpty()) {
            return "a role for an issuer's tokens names audiences (--audience) and subjects"
                    + " (--subject) that it trusts; '*' is every subject";
        }
        for (List<String> texts : List.of(role.audiences(), role.subjects())) {
            if (texts.size() > MOST
                    || texts.stream()
                            .anyMatch(each -> each.isBlank() || each.length() > LONGEST_TEXT)) {
                return "a role names at most 64 audiences and 64 subjects, of 1 to 512 characters";
            }
        }
        return "";
    }

    private static String permissions(Permissions permissions) {
        if (!permissions.fits()) {
            return "the permissions of a role have at most 20 KiB";
        }
        try {
            Bound.of(permissions);
        } catch (IamException | CedarException e) {
            return "the permissions are not taken: " + e.getMessage();
        }
        if (permissions.language() == Permissions.Language.IAM) {
            return "";
        }
        return PolicyCheck.of(permissions.text()).stream()
                .filter(each -> each.weight() == Policy.Problem.Weight.ERROR)
                .findFirst()
                .map(each -> "the permissions are not taken: " + each)
                .orElse("");
    }

    static String removal(String role, Register register) {
        Role standing = register.roles().get(role);
        return standing == null || standing.removed()
                ? "there is no role " + role + "; 'role list' shows them"
                : "";
    }

    static String target(Target target, Register register) {
        String names = named("target", target.name(), target.organisation(), register);
        if (!names.isEmpty()) {
            return names;
        }
        Target standing = register.targets().get(target.full());
        if (standing != null && !standing.removed()) {
            return "the target " + target.full() + " exists already; remove it first";
        }
        if (living(
                register.targets().values().stream()
                        .filter(each -> !each.removed())
                        .map(Target::organisation)
                        .toList(),
                target.organisation())) {
            return "the organisation "
                    + target.organisation()
                    + " has 1,024 targets, which is the most";
        }
        if (!register.zones().containsKey(target.zone())) {
            return "there is no zone "
                    + target.zone()
                    + "; 'zone list' shows them, 'zone create' makes one";
        }
        if (target.networks().size() > MOST
                || !target.networks().stream().allMatch(each -> NETWORK.matcher(each).matches())) {
            return "a target lists at most 64 networks, each like 10.1.0.0/16 or fd00::/8"
                    + " (--network)";
        }
        return url(target.url())
                ? ""
                : "'"
                        + target.url()
                        + "' is no address of a target: write https://host[:port]/path, without"
                        + " user, query and fragment; http on loopback alone (--url)";
    }

    private static boolean url(String text) {
        try {
            URI url = new URI(text);
            String host = url.getHost();
            boolean plain = "http".equals(url.getScheme());
            return text.length() <= LONGEST_TEXT
                    && (plain || "https".equals(url.getScheme()))
                    && host != null
                    && host.equals(host.toLowerCase(Locale.ROOT))
                    && url.getRawUserInfo() == null
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null
                    && !url.getRawPath().contains("/..")
                    && (!plain || List.of("127.0.0.1", "localhost", "[::1]").contains(host));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    static String targetRemoval(String target, Register register) {
        String missing = noTarget(target, register);
        if (!missing.isEmpty()) {
            return missing;
        }
        return register.roles().values().stream()
                .filter(each -> !each.removed() && each.issuer().equals(target))
                .map(Role::full)
                .sorted()
                .findFirst()
                .map(each -> "the role " + each + " trusts the tokens of " + target + "; remove it")
                .orElse("");
    }

    static String noTarget(String target, Register register) {
        Target standing = register.targets().get(target);
        return standing == null || standing.removed()
                ? "there is no target " + target + "; 'target list' shows them"
                : "";
    }

    private static boolean living(List<String> owners, String organisation) {
        return owners.stream().filter(organisation::equals).count() >= MOST_OF_ONE;
    }

    private static String named(String what, String name, String organisation, Register register) {
        if (organisation.equals(Policy.INSTALLATION)
                || !register.organisations().containsKey(organisation)) {
            return "there is no organisation "
                    + organisation
                    + " that may have one; 'organisation list' shows them";
        }
        return NAME.matcher(name).matches()
                ? ""
                : "'"
                        + name
                        + "' is no name for "
                        + what
                        + ": use 1 to 63 lower-case letters, digits and hyphens";
    }
}
