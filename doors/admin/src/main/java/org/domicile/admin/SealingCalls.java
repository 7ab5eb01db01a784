package org.domicile.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import org.domicile.guard.Administration;
import org.domicile.guard.Guard;
import org.domicile.guard.Sealing;
import org.domicile.policy.Credential;
import org.domicile.request.Caller;
import org.domicile.request.Request;

/**
 * Sealed credentials: asked for by one person, approved by another. A call acts as the operator, or
 * as whoever shows a credential beside the operator's token.
 */
final class SealingCalls {
    private SealingCalls() {}

    static void ask(Call call, Input input, Guard guard, Request request) throws IOException {
        Sealing sealing = guard.sealing(as(input, guard, request));
        Credential asked =
                sealing.ask(
                        new Sealing.Wanted(
                                input.text("principal"),
                                input.text("purpose"),
                                RegisterCalls.all(input.texts("actions")),
                                RegisterCalls.all(input.texts("buckets")),
                                input.time("expires", Instant.MAX),
                                day(input.text("sealedUntil"))));
        call.json(202, json -> Form.credential(json, asked), sealing.use());
    }

    static void approve(Call call, Guard guard, Request request) throws IOException {
        Input input = Input.body(call.exchange(), "as", "secret");
        Sealing sealing = guard.sealing(as(input, guard, request));
        Administration.Issued issued = sealing.approve(call.name("accessKey"));
        call.json(201, json -> Form.issued(json, issued), sealing.use());
    }

    static void longest(Call call) throws IOException {
        Administration administration = call.administration();
        if (call.asked().operation() == Operation.SET_SEALED_MAX) {
            Input input = Input.body(call.exchange(), "days");
            input.text("days");
            administration.limitSealing(
                    (int) input.number("days", 0, Integer.MIN_VALUE, Integer.MAX_VALUE));
        } else {
            Input.query(call.exchange().rawQuery());
        }
        int days = administration.sealedMax();
        call.json(
                200,
                json -> {
                    json.writeStartObject();
                    json.writeNumberField("days", days);
                    json.writeEndObject();
                });
    }

    private static Request as(Input input, Guard guard, Request request) {
        Optional<String> accessKey = input.optional("as");
        if (accessKey.isEmpty()) {
            if (input.has("secret")) {
                throw Failure.input("secret is of no use without as: whose is it?");
            }
            return request;
        }
        Caller.Known person =
                guard.identity()
                        .caller(
                                accessKey.get(),
                                input.text("secret").getBytes(StandardCharsets.UTF_8))
                        .orElseThrow(() ->
                                new Failure(
                                        403,
                                        "bad-secret",
                                        "there is no credential "
                                                + accessKey.get()
                                                + " with this secret (--as)"));
        return new Request(
                request.id(),
                person,
                request.door(),
                request.zone(),
                request.address(),
                request.at(),
                request.deadline(),
                request.pending());
    }

    private static LocalDate day(String text) {
        try {
            LocalDate day = LocalDate.parse(text);
            if (day.getYear() <= 9999 && day.getYear() >= 0) {
                return day;
            }
        } catch (DateTimeException e) {
            throw wrong(text);
        }
        throw wrong(text);
    }

    private static Failure wrong(String text) {
        return Failure.input("sealedUntil is '" + text + "'; write a day such as 2027-01-31");
    }
}
