package org.domicile.admin;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.domicile.guard.Administration;
import org.domicile.policy.Permissions;
import org.domicile.policy.Role;
import org.domicile.policy.Target;

/** Roles, and the places outside that the program may reach. */
final class RoleCalls {
    private RoleCalls() {}

    static void answer(Call call) throws IOException {
        Administration administration = call.administration();
        switch (call.asked().operation()) {
            case LIST_ROLES -> {
                Optional<String> owner = owner(call);
                Stream<Role> all = administration.register().roles().values().stream();
                RegisterCalls.items(
                        call,
                        living(all, owner, Role::removed, Role::organisation, Role::full),
                        RoleForm::role);
            }
            case LIST_TARGETS -> {
                Optional<String> owner = owner(call);
                Stream<Target> all = administration.register().targets().values().stream();
                RegisterCalls.items(
                        call,
                        living(all, owner, Target::removed, Target::organisation, Target::full),
                        RoleForm::target);
            }
            case SHOW_ROLE -> {
                Role role = administration.role(named(call));
                call.json(200, json -> RoleForm.whole(json, role));
            }
            case CREATE_ROLE -> {
                Role made = administration.createRole(role(call));
                call.json(201, json -> RoleForm.whole(json, made));
            }
            case CREATE_TARGET -> {
                Target made = administration.createTarget(target(call));
                call.json(201, json -> RoleForm.target(json, made));
            }
            case MAKE_TARGET_SECRET -> {
                String secret = administration.makeTargetSecret(named(call));
                call.json(201, json -> RoleForm.secret(json, named(call), secret));
            }
            case REMOVE_ROLE -> {
                administration.removeRole(named(call));
                removed(call);
            }
            case REMOVE_TARGET -> {
                administration.removeTarget(named(call));
                removed(call);
            }
            default -> throw new IllegalStateException("no role: " + call.asked().operation());
        }
    }

    private static Optional<String> owner(Call call) {
        return Input.query(call.exchange().rawQuery(), "organisation").optional("organisation");
    }

    private static String named(Call call) {
        return call.name("organisation") + "/" + call.name("name");
    }

    private static <T> List<T> living(
            Stream<T> all,
            Optional<String> owner,
            Predicate<T> removed,
            Function<T, String> organisation,
            Function<T, String> name) {
        return all.filter(removed.negate())
                .filter(each -> owner.isEmpty() || owner.get().equals(organisation.apply(each)))
                .sorted(Comparator.comparing(name))
                .toList();
    }

    private static Role role(Call call) throws IOException {
        Input input =
                Input.document(
                        call.exchange(),
                        "organisation",
                        "name",
                        "purpose",
                        "principals",
                        "issuer",
                        "audiences",
                        "subjects",
                        "language",
                        "permissions",
                        "seconds");
        return new Role(
                input.text("organisation"),
                input.text("name"),
                "",
                input.text("purpose"),
                input.texts("principals"),
                input.text("issuer", ""),
                input.texts("audiences"),
                input.texts("subjects"),
                new Permissions(language(input.text("language", "iam")), input.text("permissions")),
                Duration.ofSeconds(input.number("seconds", 3_600, 0, Role.LONGEST.toSeconds())),
                Instant.EPOCH,
                false);
    }

    private static Permissions.Language language(String word) {
        return switch (word) {
            case "iam" -> Permissions.Language.IAM;
            case "cedar" -> Permissions.Language.CEDAR;
            default -> throw Failure.input("language is iam or cedar, not '" + word + "'");
        };
    }

    private static Target target(Call call) throws IOException {
        Input input =
                Input.body(call.exchange(), "organisation", "name", "url", "zone", "networks");
        return new Target(
                input.text("organisation"),
                input.text("name"),
                input.text("url"),
                input.text("zone"),
                input.texts("networks"),
                Instant.EPOCH,
                false);
    }

    private static void removed(Call call) throws IOException {
        call.json(
                200,
                json -> {
                    json.writeStartObject();
                    json.writeStringField("removed", named(call));
                    json.writeEndObject();
                });
    }
}
