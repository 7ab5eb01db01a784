package org.domicile.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Bucket;

/** Buckets, and the uses of what is in them. */
final class DataCalls {
    private static final int MOST_USES = 10_000;
    private static final int USUAL_USES = 1_000;
    private static final int LONGEST_OBJECT = 2_048;

    private DataCalls() {}

    static void buckets(Call call) throws IOException {
        if (call.asked().operation() == Operation.CREATE_BUCKET) {
            Input input = Input.body(call.exchange(), "organisation", "name", "zones");
            Bucket made =
                    call.administration()
                            .createBucket(
                                    input.text("organisation"),
                                    input.text("name"),
                                    input.texts("zones"));
            call.json(201, json -> Form.bucket(json, made));
            return;
        }
        Optional<String> organisation =
                Input.query(call.exchange().rawQuery(), "organisation").optional("organisation");
        List<String> organisations =
                organisation.isPresent()
                        ? List.of(organisation.get())
                        : call.administration().register().organisations().keySet().stream()
                                .sorted()
                                .toList();
        List<Bucket> found = new ArrayList<>();
        for (String each : organisations) {
            found.addAll(call.administration().buckets(each));
        }
        call.json(200, json -> Form.items(json, found, Form::bucket));
    }

    static void uses(Call call, Instant now) throws IOException {
        Input input =
                Input.query(
                        call.exchange().rawQuery(),
                        "organisation",
                        "object",
                        "from",
                        "to",
                        "verdict",
                        "limit");
        Instant from = input.time("from", now.minus(Duration.ofHours(1)));
        Instant to = input.time("to", now.plusSeconds(1));
        if (!from.isBefore(to)) {
            throw Failure.input("from must be before to");
        }
        String object = input.optional("object").orElse("");
        if (object.length() > LONGEST_OBJECT) {
            throw Failure.input("object is at most 2,048 characters");
        }
        String verdict = input.optional("verdict").orElse("");
        if (!List.of("", "allowed", "refused").contains(verdict)) {
            throw Failure.input("verdict is allowed or refused");
        }
        int limit = (int) input.number("limit", USUAL_USES, 1, MOST_USES);
        // A verdict is picked out of the newest 10,000: the ledger itself does not look for it.
        int read = verdict.isEmpty() ? limit : MOST_USES;
        List<Ledger.Recorded> uses =
                call.administration()
                        .uses(
                                input.text("organisation"),
                                new Ledger.Filter(from, to, object, read));
        try (OutputStream out =
                        call.exchange().respond(200, call.headers("application/x-ndjson"), -1L);
                JsonGenerator json = Form.to(out)) {
            json.setRootValueSeparator(null);
            int told = 0;
            for (Ledger.Recorded use : uses) {
                if ((verdict.isEmpty() || verdict.equalsIgnoreCase(use.verdict()))
                        && told++ < limit) {
                    Form.use(json, use);
                    json.writeRaw('\n');
                }
            }
        }
    }
}
