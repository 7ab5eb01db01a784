package org.domicile.admin;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.domicile.guard.Administration;
import org.domicile.guard.Guard;
import org.domicile.guard.KeyPair;
import org.domicile.policy.Credential;
import org.domicile.policy.Organisation;
import org.domicile.policy.Principal;
import org.domicile.policy.Purpose;
import org.domicile.policy.Register;
import org.domicile.policy.Zone;
import org.domicile.request.Request;

/** Organisations, zones, purposes, principals, credentials. */
final class RegisterCalls {
    private RegisterCalls() {}

    static void list(Call call) throws IOException {
        boolean owned =
                switch (call.asked().operation()) {
                    case LIST_PURPOSES, LIST_PRINCIPALS, LIST_CREDENTIALS -> true;
                    default -> false;
                };
        String query = call.exchange().rawQuery();
        Input input = owned ? Input.query(query, "organisation") : Input.query(query);
        Optional<String> organisation = input.optional("organisation");
        Register register = call.administration().register();
        switch (call.asked().operation()) {
            case LIST_ORGANISATIONS ->
                    items(
                            call,
                            sorted(register.organisations().values(), Organisation::name),
                            Form::organisation);
            case LIST_ZONES ->
                    items(call, sorted(register.zones().values(), Zone::name), Form::zone);
            case LIST_PURPOSES ->
                    items(
                            call,
                            of(
                                    organisation,
                                    sorted(register.purposes().values(), Purpose::id),
                                    Purpose::organisation),
                            Form::purpose);
            case LIST_PRINCIPALS ->
                    items(
                            call,
                            of(
                                    organisation,
                                    sorted(register.principals().values(), Principal::name),
                                    Principal::organisation),
                            Form::principal);
            case LIST_CREDENTIALS ->
                    items(
                            call,
                            of(
                                    organisation,
                                    sorted(
                                            register.credentials().values(),
                                            each -> each.created() + each.accessKey()),
                                    Credential::organisation),
                            Form::credential);
            default -> throw new IllegalStateException("no list: " + call.asked().operation());
        }
    }

    static void create(Call call) throws IOException {
        Administration administration = call.administration();
        switch (call.asked().operation()) {
            case CREATE_ORGANISATION -> {
                Input input = Input.body(call.exchange(), "name", "zone");
                Organisation made =
                        administration.createOrganisation(input.text("name"), input.text("zone"));
                call.json(201, json -> Form.organisation(json, made));
            }
            case CREATE_ZONE -> {
                Input input = Input.body(call.exchange(), "name", "parent");
                Zone made = administration.createZone(input.text("name"), input.optional("parent"));
                call.json(201, json -> Form.zone(json, made));
            }
            case CREATE_PRINCIPAL -> {
                Input input = Input.body(call.exchange(), "organisation", "name");
                Principal made =
                        administration.createPrincipal(
                                input.text("organisation"), input.text("name"));
                call.json(201, json -> Form.principal(json, made));
            }
            default -> throw new IllegalStateException("no creation: " + call.asked().operation());
        }
    }

    static void change(Call call) throws IOException {
        Administration administration = call.administration();
        switch (call.asked().operation()) {
            case WITHDRAW_PURPOSE -> {
                String purpose = call.name("organisation") + "/" + call.name("name");
                administration.withdrawPurpose(purpose);
                withdrawn(call, purpose);
            }
            case WITHDRAW_CREDENTIAL -> {
                String accessKey = call.name("accessKey");
                administration.withdrawCredential(accessKey);
                withdrawn(call, accessKey);
            }
            case ROTATE_CREDENTIAL -> {
                Administration.Issued issued =
                        administration.rotateCredential(call.name("accessKey"), grace(call));
                call.json(201, json -> Form.issued(json, issued));
            }
            default -> throw new IllegalStateException("no change: " + call.asked().operation());
        }
    }

    /** For how long the old credential stays valid; a call without a body says nothing of it. */
    private static Duration grace(Call call) throws IOException {
        return call.exchange().contentLength() == 0
                ? Duration.ZERO
                : Duration.ofSeconds(
                        Input.body(call.exchange(), "grace")
                                .number("grace", 0, 0, Integer.MAX_VALUE));
    }

    /** Whether answers to a credential bring receipts; and that they do, or do not. */
    static void receipts(Call call) throws IOException {
        Administration administration = call.administration();
        String accessKey = call.name("accessKey");
        if (call.asked().operation() == Operation.SET_RECEIPTS) {
            switch (Input.body(call.exchange(), "receipts").text("receipts")) {
                case "on" -> administration.giveReceipts(accessKey, Administration.Receipts.ALWAYS);
                case "off" ->
                        administration.giveReceipts(accessKey, Administration.Receipts.WHEN_ASKED);
                default -> throw Failure.input("receipts is on or off");
            }
        }
        Administration.Receipts when = administration.receipts(accessKey);
        call.json(
                200,
                json -> {
                    json.writeStartObject();
                    json.writeStringField("accessKey", accessKey);
                    json.writeStringField(
                            "receipts", when == Administration.Receipts.ALWAYS ? "on" : "off");
                    json.writeEndObject();
                });
    }

    /** One whose uses are sealed is asked for; any other is made at once. */
    static void credential(Call call, Guard guard, Request request) throws IOException {
        Input input =
                Input.body(
                        call.exchange(),
                        "principal",
                        "purpose",
                        "actions",
                        "buckets",
                        "expires",
                        "sealedUntil",
                        "as",
                        "accessKey",
                        "secret");
        if (input.optional("sealedUntil").isPresent()) {
            if (input.has("accessKey")) {
                throw Failure.input(
                        "the pair of a sealed credential is made when it is approved; leave out"
                                + " accessKey");
            }
            SealingCalls.ask(call, input, guard, request);
            return;
        }
        if (input.has("as")) {
            throw Failure.input("as is for sealed credentials: sealedUntil is missing");
        }
        if (input.has("accessKey") || input.has("secret")) {
            Credential kept =
                    call.administration()
                            .keepCredential(
                                    new KeyPair(input.text("accessKey"), input.text("secret")),
                                    input.text("principal"),
                                    input.text("purpose"),
                                    all(input.texts("actions")),
                                    all(input.texts("buckets")),
                                    input.time("expires", Instant.MAX));
            call.json(201, json -> Form.credential(json, kept));
            return;
        }
        Administration.Issued issued =
                call.administration()
                        .createCredential(
                                input.text("principal"),
                                input.text("purpose"),
                                all(input.texts("actions")),
                                all(input.texts("buckets")),
                                input.time("expires", Instant.MAX));
        call.json(201, json -> Form.issued(json, issued));
    }

    static List<String> all(List<String> patterns) {
        return patterns.isEmpty() ? List.of("*") : patterns;
    }

    private static void withdrawn(Call call, String what) throws IOException {
        call.json(
                200,
                json -> {
                    json.writeStartObject();
                    json.writeStringField("withdrawn", what);
                    json.writeEndObject();
                });
    }

    static <T> void items(Call call, List<T> things, Form.Writer<T> each) throws IOException {
        call.json(200, json -> Form.items(json, things, each));
    }

    private static <T> List<T> sorted(Collection<T> things, Function<T, String> by) {
        return things.stream().sorted(Comparator.comparing(by)).toList();
    }

    private static <T> List<T> of(
            Optional<String> organisation, List<T> things, Function<T, String> owner) {
        return organisation.isEmpty()
                ? things
                : things.stream()
                        .filter(each -> owner.apply(each).equals(organisation.get()))
                        .toList();
    }
}
