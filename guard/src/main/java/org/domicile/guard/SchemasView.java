package org.domicile.guard;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.domicile.policy.Resource;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.domicile.schemas.Compatibility;
import org.domicile.schemas.Format;
import org.domicile.schemas.Reference;
import org.domicile.schemas.Registered;
import org.domicile.schemas.SchemaText;
import org.domicile.schemas.Schemas;
import org.domicile.streams.Stream;
import org.domicile.streams.Streams;

/** Schemas for doors. */
final class SchemasView implements GuardedSchemas {
    private static final String READ = "schemas:Read";
    private static final String REGISTER = "schemas:Register";
    private static final String DELETE = "schemas:Delete";
    private static final String CONFIGURE = "schemas:Configure";
    private static final String LIST = "schemas:List";

    /** What a subject's name has behind the stream's, by Confluent's usual rule. */
    private static final List<String> ENDS = List.of("-value", "-key");

    private final Function<Request, Uses> acting;
    private final Schemas schemas;
    private final Streams streams;

    SchemasView(Function<Request, Uses> acting, Schemas schemas, Streams streams) {
        this.acting = acting;
        this.schemas = schemas;
        this.streams = streams;
    }

    /** The stream that a subject is named after, or the subject itself. */
    static String stream(String subject) {
        for (String end : ENDS) {
            if (subject.length() > end.length() && subject.endsWith(end)) {
                return subject.substring(0, subject.length() - end.length());
            }
        }
        return subject;
    }

    /** Subjects are the caller's organisation's own, whoever has a stream of that name. */
    private Resource.Data place(Uses uses, String subject) {
        String name = stream(subject);
        List<String> zones =
                streams.stream(name)
                        .filter(each -> each.organisation().equals(uses.organisation()))
                        .map(Stream::zones)
                        .orElseGet(() -> List.of(uses.dataZone()));
        return new Resource.Data(
                uses.organisation(), BucketNames.STREAMS, name, zones, uses.dataZone());
    }

    private static String object(String subject) {
        return BucketNames.STREAMS + "/" + stream(subject);
    }

    private static Resource.Own own(Uses uses) {
        return new Resource.Own(uses.organisation());
    }

    private Resource place(Uses uses, Optional<String> subject) {
        return subject.<Resource>map(each -> place(uses, each)).orElseGet(() -> own(uses));
    }

    /** What somebody builds on, he sees. */
    private SchemaText asked(Uses uses, Source source) throws IOException {
        SchemaText schema = source.schema();
        schema.references().stream()
                .map(Reference::subject)
                .distinct()
                .limit(Schemas.MOST_REFERENCES)
                .forEach(each -> uses.check(READ, place(uses, each), object(each)));
        return schema;
    }

    // what changes

    @Override
    public Told<Schemas.Registering> register(Request request, String subject, Source source)
            throws IOException {
        Uses uses = acting.apply(request);
        Resource.Data place = place(uses, subject);
        uses.check(REGISTER, place, object(subject));
        SchemaText schema = asked(uses, source);
        try (Admitted use = uses.admit(REGISTER, place, object(subject))) {
            Schemas.Registering done =
                    schemas.register(
                            use.carrying(() -> schema.text().length()),
                            uses.organisation(),
                            subject,
                            schema);
            return new Told<>(done, uses.last());
        }
    }

    @Override
    public Told<Schemas.Removing> remove(
            Request request, String subject, Optional<Integer> version, Schemas.Removal how) {
        Uses uses = acting.apply(request);
        try (Admitted use = uses.admit(DELETE, place(uses, subject), object(subject))) {
            Schemas.Removing done =
                    schemas.remove(
                            use.carrying(() -> 0), uses.organisation(), subject, version, how);
            return new Told<>(done, uses.last());
        }
    }

    @Override
    public Told<Boolean> configure(Request request, Optional<String> subject, Level level)
            throws IOException {
        Uses uses = acting.apply(request);
        String object = subject.map(SchemasView::object).orElse("");
        uses.check(CONFIGURE, place(uses, subject), object);
        Optional<Compatibility> wanted = level.level();
        try (Admitted use = uses.admit(CONFIGURE, place(uses, subject), object)) {
            boolean done =
                    schemas.configure(use.carrying(() -> 0), uses.organisation(), subject, wanted);
            return new Told<>(done, uses.last());
        }
    }

    // what reads

    private interface Outcomes<T> {
        Outcome of(T answer);
    }

    private <T> Told<T> told(
            Uses uses, String subject, BiFunction<String, String, T> asked, Outcomes<T> outcome) {
        try (Admitted use = uses.admit(READ, place(uses, subject), object(subject))) {
            T answer = asked.apply(uses.organisation(), subject);
            use.record(outcome.of(answer), 0);
            return new Told<>(answer, uses.last());
        }
    }

    private static <T> Outcome found(Optional<T> answer) {
        return answer.isPresent() ? Outcome.DONE : Outcome.ABSENT;
    }

    @Override
    public Told<Schemas.Found> find(
            Request request, String subject, Source source, Schemas.Shown shown)
            throws IOException {
        Uses uses = acting.apply(request);
        uses.check(READ, place(uses, subject), object(subject));
        SchemaText schema = asked(uses, source);
        return told(
                uses,
                subject,
                (organisation, name) -> schemas.find(organisation, name, schema, shown),
                answer ->
                        switch (answer) {
                            case Schemas.Found.Version _ -> Outcome.DONE;
                            case Schemas.Found.NoSubject _, Schemas.Found.NoVersion _ ->
                                    Outcome.ABSENT;
                            case Schemas.Found.Invalid _ -> Outcome.INVALID;
                        });
    }

    @Override
    public Told<Schemas.Compared> compare(
            Request request, String subject, Optional<Integer> version, Source source)
            throws IOException {
        Uses uses = acting.apply(request);
        uses.check(READ, place(uses, subject), object(subject));
        SchemaText schema = asked(uses, source);
        return told(
                uses,
                subject,
                (organisation, name) -> schemas.compare(organisation, name, version, schema),
                answer ->
                        switch (answer) {
                            case Schemas.Compared.Compatible _, Schemas.Compared.Incompatible _ ->
                                    Outcome.DONE;
                            case Schemas.Compared.NoSubject _, Schemas.Compared.NoVersion _ ->
                                    Outcome.ABSENT;
                            case Schemas.Compared.Invalid _ -> Outcome.INVALID;
                        });
    }

    @Override
    public Told<List<String>> subjects(Request request, Schemas.Shown shown) {
        Uses uses = acting.apply(request);
        try (Admitted use = uses.admit(LIST, own(uses), "")) {
            List<String> seen =
                    schemas.subjects(uses.organisation(), shown).stream()
                            .filter(each -> uses.allows(READ, place(uses, each)))
                            .toList();
            use.record(Outcome.DONE, 0);
            return new Told<>(seen, uses.last());
        }
    }

    @Override
    public Told<List<Integer>> versions(Request request, String subject, Schemas.Shown shown) {
        return told(
                acting.apply(request),
                subject,
                (organisation, name) -> schemas.versions(organisation, name, shown),
                answer -> answer.isEmpty() ? Outcome.ABSENT : Outcome.DONE);
    }

    @Override
    public Told<Optional<Registered>> version(
            Request request,
            String subject,
            Optional<Integer> version,
            Schemas.Shown shown,
            Form form) {
        return told(
                acting.apply(request),
                subject,
                (organisation, name) ->
                        (version.isEmpty()
                                        ? newest(organisation, name, shown)
                                        : schemas.version(organisation, name, version.get(), shown))
                                .map(each -> formed(organisation, each, form)),
                SchemasView::found);
    }

    private Optional<Registered> newest(String organisation, String subject, Schemas.Shown shown) {
        List<Integer> versions = schemas.versions(organisation, subject, shown);
        return versions.isEmpty()
                ? Optional.empty()
                : schemas.version(organisation, subject, versions.getLast(), shown);
    }

    private Registered formed(String organisation, Registered version, Form form) {
        return new Registered(
                version.subject(),
                version.version(),
                version.id(),
                formed(organisation, version.id(), version.schema(), form),
                version.deleted(),
                version.made());
    }

    private SchemaText formed(String organisation, int id, SchemaText schema, Form form) {
        return form == Form.TEXT || schema.format() != Format.PROTOBUF
                ? schema
                : schemas.serialised(organisation, id)
                        .map(text -> new SchemaText(schema.format(), text, schema.references()))
                        .orElse(schema);
    }

    /** As what a schema is judged: the first of its subjects that the caller may read. */
    private Optional<String> subject(Uses uses, int id) {
        List<String> subjects =
                schemas.places(uses.organisation(), id, Schemas.Shown.ALL).stream()
                        .map(Schemas.Place::subject)
                        .distinct()
                        .toList();
        return subjects.stream()
                .filter(each -> uses.allows(READ, place(uses, each)))
                .findFirst()
                .or(() -> subjects.stream().findFirst());
    }

    private <T> Told<T> byId(Uses uses, int id, Function<String, T> asked, Outcomes<T> outcome) {
        Optional<String> subject = subject(uses, id);
        String object = subject.map(SchemasView::object).orElse("");
        try (Admitted use = uses.admit(READ, place(uses, subject), object)) {
            T answer = asked.apply(uses.organisation());
            use.record(outcome.of(answer), 0);
            return new Told<>(answer, uses.last());
        }
    }

    @Override
    public Told<Optional<SchemaText>> schema(Request request, int id, Form form) {
        return byId(
                acting.apply(request),
                id,
                organisation ->
                        schemas.schema(organisation, id)
                                .map(each -> formed(organisation, id, each, form)),
                SchemasView::found);
    }

    @Override
    public Told<List<Schemas.Place>> places(Request request, int id, Schemas.Shown shown) {
        Uses uses = acting.apply(request);
        return byId(
                uses,
                id,
                organisation ->
                        schemas.places(organisation, id, shown).stream()
                                .filter(each -> uses.allows(READ, place(uses, each.subject())))
                                .toList(),
                answer -> answer.isEmpty() ? Outcome.ABSENT : Outcome.DONE);
    }

    @Override
    public Told<List<Integer>> builders(Request request, String subject, int version) {
        return told(
                acting.apply(request),
                subject,
                (organisation, name) -> schemas.builders(organisation, name, version),
                _ -> Outcome.DONE);
    }

    @Override
    public Told<Optional<Compatibility>> compatibility(Request request, Optional<String> subject) {
        Uses uses = acting.apply(request);
        String object = subject.map(SchemasView::object).orElse("");
        try (Admitted use = uses.admit(READ, place(uses, subject), object)) {
            Optional<Compatibility> level = schemas.compatibility(uses.organisation(), subject);
            use.record(Outcome.DONE, 0);
            return new Told<>(level, uses.last());
        }
    }
}
