package org.domicile.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.domicile.http.Headers;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.Use;
import org.domicile.objects.Bucket;

/** Buckets, and the uses of what is in them. */
final class DataCalls {
    private static final int MOST_USES = 10_000;
    private static final int USUAL_USES = 1_000;
    private static final int LONGEST_OBJECT = 2_048;

    /** Header of a listing that was cut: what to ask for as {@code before} to go on. */
    /** In an answer that was cut: where to go on. */
    static final String BEFORE = "x-domicile-before";

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
                        "bucket",
                        "object",
                        "from",
                        "to",
                        "verdict",
                        "subject",
                        "before",
                        "limit");
        String organisation = input.text("organisation");
        int limit = (int) input.number("limit", USUAL_USES, 1, MOST_USES);
        // One more than asked tells whether there are more.
        Ledger.Filter filter = filter(input, now, limit + 1);
        Optional<String> subject = input.optional("subject");
        List<Ledger.Recorded> uses =
                subject.isPresent()
                        ? call.administration()
                                .uses(organisation, PeopleCalls.subject(subject.get()), filter)
                        : call.administration().uses(organisation, filter);
        boolean cut = uses.size() > limit;
        List<Ledger.Recorded> page = cut ? uses.subList(0, limit) : uses;
        Headers headers = call.headers("application/x-ndjson");
        if (cut) {
            headers.add(BEFORE, String.valueOf(page.getLast().index()));
        }
        try (OutputStream out = call.exchange().respond(200, headers, -1L);
                JsonGenerator json = Form.to(out)) {
            json.setRootValueSeparator(null);
            for (Ledger.Recorded use : page) {
                Form.use(json, use);
                json.writeRaw('\n');
            }
        }
    }

    private static Ledger.Filter filter(Input input, Instant now, int limit) {
        Instant from = input.time("from", now.minus(Duration.ofHours(1)));
        Instant to = input.time("to", now.plusSeconds(1));
        if (!from.isBefore(to)) {
            throw Failure.input("from must be before to");
        }
        String object = input.optional("object").orElse("");
        if (object.length() > LONGEST_OBJECT) {
            throw Failure.input("object is at most 2,048 characters");
        }
        Optional<Use.Verdict> verdict =
                switch (input.optional("verdict").orElse("")) {
                    case "" -> Optional.empty();
                    case "allowed" -> Optional.of(Use.Verdict.ALLOWED);
                    case "refused" -> Optional.of(Use.Verdict.REFUSED);
                    default -> throw Failure.input("verdict is allowed or refused");
                };
        return new Ledger.Filter(
                from,
                to,
                input.optional("bucket").orElse(""),
                object,
                verdict,
                input.number("before", Long.MAX_VALUE, 0, Long.MAX_VALUE),
                limit);
    }
}
