package org.domicile.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.domicile.guard.GuardedPeople;
import org.domicile.people.Rule;

/** People: rules that find them in names and tags, erasure, codes, disclosures. */
final class PeopleCalls {
    private static final long LONGEST_CODE = Duration.ofDays(30).toSeconds();
    private static final long USUAL_CODE = Duration.ofMinutes(15).toSeconds();
    private static final int LONGEST_SUBJECT = 1_024;

    private PeopleCalls() {}

    static void answer(Call call) throws IOException {
        GuardedPeople people = call.administration().people();
        switch (call.asked().operation()) {
            case LIST_SUBJECT_RULES -> {
                Input.query(call.exchange().rawQuery());
                List<Rule> rules = people.rules();
                call.json(200, json -> Form.items(json, rules, PeopleCalls::rule));
            }
            case CREATE_SUBJECT_RULE -> {
                Input input = Input.body(call.exchange(), "bucket", "prefix", "pattern", "tag");
                Rule made =
                        people.createRule(
                                input.text("bucket"),
                                input.optional("prefix").orElse(""),
                                where(input));
                call.json(201, json -> rule(json, made));
            }
            case REMOVE_SUBJECT_RULE -> {
                Rule ended = people.removeRule(call.name("rule"));
                call.json(200, json -> rule(json, ended));
            }
            case ERASE_SUBJECT -> {
                Input input = Input.body(call.exchange(), "organisation", "subject");
                GuardedPeople.Erased erased =
                        people.erase(input.text("organisation"), subject(input));
                call.json(200, json -> erased(json, erased));
            }
            case ERASE_PRINCIPAL -> {
                Input input = Input.body(call.exchange(), "organisation", "name");
                GuardedPeople.Erased erased =
                        people.erasePrincipal(input.text("organisation"), input.text("name"));
                call.json(200, json -> erased(json, erased));
            }
            case ISSUE_SUBJECT_CODE -> code(call, people);
            default -> throw new IllegalStateException("no people: " + call.asked().operation());
        }
    }

    static void disclose(Call call, Logs logs) throws IOException {
        Input input = Input.body(call.exchange(), "log", "index", "use", "fields", "to");
        List<String> fields = input.texts("fields");
        String to = input.text("to");
        LedgerCalls.Entry entry = LedgerCalls.wanted(input, logs);
        GuardedPeople.Disclosed made =
                call.administration().people().disclose(entry.log(), entry.index(), fields, to);
        call.json(
                201,
                json -> {
                    json.writeStartObject();
                    json.writeStringField("log", made.log());
                    json.writeNumberField("index", made.index());
                    json.writeStringField("file", made.text());
                    json.writeEndObject();
                });
    }

    private static void code(Call call, GuardedPeople people) throws IOException {
        Input input = Input.body(call.exchange(), "organisation", "subject", "seconds");
        GuardedPeople.IssuedCode issued =
                people.issueCode(
                        input.text("organisation"),
                        subject(input),
                        Duration.ofSeconds(input.number("seconds", USUAL_CODE, 60, LONGEST_CODE)));
        call.json(
                201,
                json -> {
                    json.writeStartObject();
                    json.writeStringField("code", issued.code());
                    json.writeStringField("expires", issued.expires().toString());
                    json.writeEndObject();
                });
    }

    private static Rule.Where where(Input input) {
        Optional<String> pattern = input.optional("pattern");
        Optional<String> tag = input.optional("tag");
        if (pattern.isPresent() == tag.isPresent()) {
            throw Failure.input(
                    "say either pattern, where names hold the identifier, or tag, the key of the"
                            + " tag whose value it is");
        }
        return pattern.<Rule.Where>map(Rule.Where.InName::new)
                .orElseGet(() -> new Rule.Where.InTag(tag.orElseThrow()));
    }

    /** The identifier goes from here to the guard and into no message. */
    private static String subject(Input input) {
        return subject(input.text("subject"));
    }

    static String subject(String subject) {
        if (subject.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > LONGEST_SUBJECT) {
            throw Failure.input("subject is at most 1,024 bytes");
        }
        return subject;
    }

    private static void rule(JsonGenerator json, Rule rule) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", rule.id());
        json.writeStringField("organisation", rule.organisation());
        json.writeStringField("place", rule.place());
        switch (rule.where()) {
            case Rule.Where.InName(String pattern) -> json.writeStringField("pattern", pattern);
            case Rule.Where.InTag(String key) -> json.writeStringField("tag", key);
        }
        json.writeStringField("created", rule.created().toString());
        json.writeEndObject();
    }

    private static void erased(JsonGenerator json, GuardedPeople.Erased erased) throws IOException {
        json.writeStartObject();
        json.writeStringField("organisation", erased.organisation());
        json.writeStringField("subject", erased.subject());
        json.writeNumberField("index", erased.index());
        json.writeStringField("confirmation", erased.confirmation());
        json.writeArrayFieldStart("streams");
        for (GuardedPeople.Remaining each : erased.streams()) {
            json.writeStartObject();
            json.writeStringField("stream", each.stream());
            switch (each.kept()) {
                case BY_AGE -> json.writeStringField("until", each.until().toString());
                case UNTIL_ROWS -> json.writeNumberField("secondsAsRows", each.lies().toSeconds());
                case UNTIL_DELETED ->
                        json.writeNumberField("secondsAsDeleted", each.lies().toSeconds());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
