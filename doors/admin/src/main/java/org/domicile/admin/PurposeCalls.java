package org.domicile.admin;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.domicile.guard.Administration;
import org.domicile.policy.Algorithm;
import org.domicile.policy.Kind;
import org.domicile.policy.Organisation;
import org.domicile.policy.Purpose;

/** New purposes, and other forms of those that are there. */
final class PurposeCalls {
    private static final String[] SAID = {
        "kind",
        "term",
        "text",
        "textArabic",
        "owner",
        "legalBasis",
        "contact",
        "classes",
        "actions",
        "zones",
        "algorithm",
        "expires"
    };

    private PurposeCalls() {}

    static void answer(Call call, Instant now) throws IOException {
        if (call.asked().operation() == Operation.CREATE_PURPOSE) {
            Purpose made = call.administration().createPurpose(created(call, now));
            call.json(201, json -> Form.purpose(json, made));
        } else {
            Purpose made = call.administration().changePurpose(changed(call));
            call.json(200, json -> Form.purpose(json, made));
        }
    }

    /** Term and zones come from the kind and the organisation where they are not said. */
    private static Purpose created(Call call, Instant now) throws IOException {
        Input input =
                Input.body(call.exchange(), with("organisation", "name", "parent", "sealable"));
        String kind = input.text("kind", "");
        if (kind.isEmpty()) {
            throw Failure.input(
                    "a purpose needs a kind; './domicile purpose kinds' shows them (kind)");
        }
        String organisation = input.text("organisation");
        Administration administration = call.administration();
        return new Purpose(
                organisation,
                input.text("name"),
                kind,
                input.optional("term").or(() -> Kind.named(kind).map(Kind::term)).orElse(""),
                input.text("text", ""),
                input.text("textArabic", ""),
                input.text("owner", ""),
                input.text("legalBasis", ""),
                input.text("contact", ""),
                input.texts("classes"),
                some(input.texts("actions"), List.of("*")),
                input.texts("zones").isEmpty()
                        ? home(administration, organisation)
                        : input.texts("zones"),
                full(organisation, input.text("parent", "")),
                now,
                end(input),
                false,
                sealable(input),
                Algorithm.of(input.texts("algorithm")));
    }

    private static Purpose changed(Call call) throws IOException {
        Input input = Input.body(call.exchange(), SAID);
        String id = call.name("organisation") + "/" + call.name("name");
        // Of one that is not there an empty form is asked for: that is refused, and on record.
        Purpose before =
                Optional.ofNullable(call.administration().register().purposes().get(id))
                        .orElseGet(() ->
                                new Purpose(
                                        call.name("organisation"),
                                        call.name("name"),
                                        "",
                                        "",
                                        "",
                                        List.of(),
                                        Instant.EPOCH,
                                        Instant.EPOCH,
                                        false));
        String kind = input.text("kind", before.kind());
        String usual =
                kind.equals(before.kind())
                        ? before.term()
                        : Kind.named(kind).map(Kind::term).orElse(before.term());
        return new Purpose(
                before.organisation(),
                before.name(),
                kind,
                input.text("term", usual),
                input.text("text", before.text()),
                input.text("textArabic", before.arabic()),
                input.text("owner", before.owner()),
                input.text("legalBasis", before.legalBasis()),
                input.text("contact", before.contact()),
                input.texts("classes", before.classes()),
                some(input.texts("actions", before.actions()), List.of("*")),
                input.texts("zones", before.zones()),
                before.parent(),
                before.created(),
                input.has("expires") ? end(input) : before.expires(),
                before.withdrawn(),
                before.sealable(),
                input.has("algorithm")
                        ? Algorithm.of(input.texts("algorithm"))
                        : before.algorithm());
    }

    private static boolean sealable(Input input) {
        return switch (input.text("sealable", "no")) {
            case "yes" -> true;
            case "no" -> false;
            case String other ->
                    throw Failure.input("sealable is '" + other + "'; write yes or no");
        };
    }

    private static Instant end(Input input) {
        Instant expires = input.time("expires", Instant.MIN);
        if (expires.equals(Instant.MIN) || expires.equals(Instant.MAX)) {
            throw Failure.input(
                    "a purpose needs an end: expires, a time such as 2027-01-31T00:00:00Z");
        }
        return expires;
    }

    private static List<String> home(Administration administration, String organisation) {
        return Optional.ofNullable(administration.register().organisations().get(organisation))
                .map(Organisation::zone)
                .map(List::of)
                .orElse(List.of());
    }

    private static String full(String organisation, String parent) {
        return parent.isEmpty() || parent.indexOf('/') >= 0 ? parent : organisation + "/" + parent;
    }

    private static List<String> some(List<String> given, List<String> otherwise) {
        return given.isEmpty() ? otherwise : given;
    }

    private static String[] with(String... more) {
        String[] all = java.util.Arrays.copyOf(SAID, SAID.length + more.length);
        System.arraycopy(more, 0, all, SAID.length, more.length);
        return all;
    }
}
