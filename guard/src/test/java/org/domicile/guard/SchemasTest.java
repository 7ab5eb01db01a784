package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.domicile.guard.GuardedSchemas.Form;
import org.domicile.policy.Marks;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.domicile.schemas.Compatibility;
import org.domicile.schemas.Format;
import org.domicile.schemas.Reference;
import org.domicile.schemas.SchemaText;
import org.domicile.schemas.Schemas;
import org.domicile.schemas.Schemas.Shown;
import org.domicile.streams.Streams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Schemas behind the guard: as what they are judged, and what is on record. */
@Timeout(60)
final class SchemasTest {
    private static final String LEVELS = "water.levels-value";
    private static final SchemaText ANYTHING = new SchemaText(Format.JSON, "{}");
    private static final SchemaText OBJECTS = new SchemaText(Format.JSON, "{\"type\":\"object\"}");

    private Installation installation;
    private GuardedSchemas schemas;
    private Caller.Known caller;

    @BeforeEach
    void open(@TempDir Path folder) {
        installation = Installation.inMemory(folder);
        caller = installation.caller(installation.tenant("city"));
        schemas =
                installation
                        .guard()
                        .schemas(
                                Schemas.open(installation.keyspace(), installation.time()),
                                Streams.open(installation.keyspace(), installation.time()));
    }

    @AfterEach
    void close() {
        installation.close();
    }

    private Request request() {
        return installation.request(caller);
    }

    private List<String> since(long entries) {
        return installation.usesSince("city", entries).stream()
                .map(use -> use.action() + " " + use.outcome() + " " + use.object())
                .toList();
    }

    private int registered(String subject, SchemaText schema) throws Exception {
        return assertInstanceOf(
                        Schemas.Registering.Done.class,
                        schemas.register(request(), subject, () -> schema).answer())
                .version()
                .id();
    }

    @Test
    void eachCallIsOnRecordAsTheStream() throws Exception {
        long before = installation.entries("city");
        int id = registered(LEVELS, OBJECTS);
        assertInstanceOf(
                Schemas.Registering.Incompatible.class,
                schemas.register(
                                request(),
                                LEVELS,
                                () -> new SchemaText(Format.JSON, "{\"type\":\"string\"}"))
                        .answer());
        assertEquals(List.of(LEVELS), schemas.subjects(request(), Shown.LIVE).answer());
        assertTrue(schemas.schema(request(), id, Form.TEXT).answer().isPresent());
        assertTrue(schemas.schema(request(), id + 1, Form.TEXT).answer().isEmpty());
        assertTrue(
                schemas.version(request(), "none", Optional.empty(), Shown.LIVE, Form.TEXT)
                        .answer()
                        .isEmpty());
        schemas.compare(request(), LEVELS, Optional.empty(), () -> ANYTHING);
        schemas.configure(request(), Optional.of(LEVELS), () -> Optional.of(Compatibility.NONE));
        schemas.compatibility(request(), Optional.empty());
        schemas.remove(request(), LEVELS, Optional.empty(), Schemas.Removal.SOFT);
        assertEquals(
                List.of(
                        "schemas:Register done streams/water.levels",
                        "schemas:Register conflict streams/water.levels",
                        "schemas:List done ",
                        "schemas:Read done streams/water.levels",
                        "schemas:Read absent ",
                        "schemas:Read absent streams/none",
                        "schemas:Read done streams/water.levels",
                        "schemas:Configure done streams/water.levels",
                        "schemas:Read done ",
                        "schemas:Delete done streams/water.levels"),
                since(before));
    }

    @Test
    void labelsOfStreamsMeanTheirSchemas() throws Exception {
        int id = registered(LEVELS, OBJECTS);
        registered("air-value", ANYTHING);
        installation
                .admin()
                .label(
                        "streams:city",
                        "water.",
                        new Marks(List.of(), List.of("city/tests"), List.of()));
        assertThrows(Refused.class, () -> schemas.schema(request(), id, Form.TEXT));
        assertThrows(Refused.class, () -> registered(LEVELS, OBJECTS));
        assertEquals(List.of("air-value"), schemas.subjects(request(), Shown.ALL).answer());
        SchemaText on =
                new SchemaText(
                        Format.JSON,
                        "{\"$ref\":\"levels\"}",
                        List.of(new Reference("levels", LEVELS, 1)));
        assertThrows(
                Refused.class, () -> registered("air-value", on), "what it builds on is not seen");
        assertEquals(id, registered("b-value", OBJECTS), "the same schema, under another name");
        assertTrue(schemas.schema(request(), id, Form.TEXT).answer().isPresent());
        assertEquals(
                List.of(new Schemas.Place("b-value", 1)),
                schemas.places(request(), id, Shown.LIVE).answer());
    }

    @Test
    void theBodyOfARefusedRequestIsNotAskedFor() {
        Request abroad = installation.request(caller, "abroad");
        GuardedSchemas.Source never =
                () -> {
                    throw new AssertionError("it was read");
                };
        assertThrows(Refused.class, () -> schemas.register(abroad, LEVELS, never));
        assertThrows(Refused.class, () -> schemas.find(abroad, LEVELS, never, Shown.LIVE));
        assertThrows(Refused.class, () -> schemas.compare(abroad, LEVELS, Optional.empty(), never));
        assertThrows(
                Refused.class,
                () ->
                        schemas.configure(
                                abroad,
                                Optional.empty(),
                                () -> {
                                    throw new AssertionError("it was read");
                                }));
    }

    @Test
    void organisationsHaveSubjectsOfTheirOwn() throws Exception {
        int id = registered(LEVELS, OBJECTS);
        caller = installation.caller(installation.tenant("hospital"));
        assertTrue(schemas.schema(request(), id, Form.TEXT).answer().isEmpty());
        assertEquals(List.of(), schemas.subjects(request(), Shown.ALL).answer());
        assertEquals(List.of(), schemas.versions(request(), LEVELS, Shown.ALL).answer());
        registered(LEVELS, new SchemaText(Format.JSON, "{\"type\":\"string\"}"));
    }
}
