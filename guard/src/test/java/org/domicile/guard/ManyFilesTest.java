package org.domicile.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.domicile.objects.Bucket;
import org.domicile.query.Answer;
import org.domicile.query.Failure;
import org.domicile.query.TinyParquet;
import org.domicile.query.WritingQueries;
import org.domicile.request.Request;
import org.domicile.tables.FilesChange;
import org.domicile.tables.Kind;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.NewFile;
import org.domicile.tables.Plan;
import org.domicile.tables.PlanAsked;
import org.domicile.tables.Refusal;
import org.domicile.tables.TableName;
import org.domicile.tables.Tables;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tables of many files, and what they may take of the server's memory. */
@Timeout(180)
class ManyFilesTest {
    private static final TableName FLIGHTS = new TableName(NamespaceName.of("travel"), "flights");
    private static final byte[] FILE = TinyParquet.bytes('n', "kept");

    @TempDir private Path folder;
    private @Nullable World world;

    /** An installation with one table. */
    private static final class World {
        final Installation installation;
        final Administration.Issued city;
        final Tables tables;
        final GuardedSql sql;

        World(Path folder, long describing) {
            installation =
                    Installation.inMemory(folder, Installation.defaults().describing(describing));
            city = installation.tenant("city");
            tables = installation.tables();
            sql = installation.guard().sql(new WritingQueries(), tables);
            done("create schema travel");
            done("create table travel.flights (n text)");
        }

        private OpenedWarehouse warehouse() {
            Bucket bucket =
                    installation.objects().buckets().buckets("city").stream()
                            .filter(each -> each.keeping() == Bucket.Keeping.TABLES)
                            .findFirst()
                            .orElseThrow();
            SecureRandom random = new SecureRandom();
            Vessel vessel = new Vessel(installation.keys(), installation.objects(), random);
            return new OpenedWarehouse(
                    new OpenedWarehouse.Parts(
                            installation.keys(), installation.objects(), vessel, random),
                    request(),
                    bucket,
                    () -> {
                        throw new AssertionError("nothing is read");
                    });
        }

        Request request() {
            return installation.request(installation.caller(city));
        }

        /** Files of one row each. */
        void add(int count) {
            OpenedWarehouse warehouse = warehouse();
            String id = tables.id(warehouse, Kind.TABLE, FLIGHTS);
            List<NewFile> files = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String name = id + "/data/" + files.size() + "-" + count + ".parquet";
                warehouse.write(name, FILE);
                files.add(new NewFile(name, FILE.length, 1, 0, List.of(), List.of(), List.of(4L)));
            }
            tables.commit(
                    request().nested(),
                    warehouse,
                    new FilesChange(
                            FLIGHTS,
                            id,
                            new FilesChange.Append(Map.of()),
                            files,
                            Map.of(),
                            UnaryOperator.identity()));
        }

        Answer<GuardedSql.Result> run(String statement) {
            if (!(sql.connect(request(), "UTC")
                    instanceof Answer.Given<GuardedSql.Connection>(GuardedSql.Connection it))) {
                throw new AssertionError("no session");
            }
            try (it) {
                return it.run(request(), statement, List.of());
            }
        }

        GuardedSql.Result done(String statement) {
            Answer<GuardedSql.Result> answer = run(statement);
            if (answer instanceof Answer.Given<GuardedSql.Result>(GuardedSql.Result it)) {
                return it;
            }
            throw new AssertionError(answer);
        }

        Failure failed(String statement) {
            return assertInstanceOf(Answer.Failed.class, run(statement)).failure();
        }
    }

    private World world(long describing) {
        World made = new World(folder, describing);
        world = made;
        return made;
    }

    @AfterEach
    void end() {
        if (world != null) {
            world.installation.close();
        }
    }

    @Test
    void aTableOfMoreThanTenThousandFilesIsReadAndPacked() {
        World world = world(256 << 20);
        world.add(10_500);
        assertEquals("DELETE 1", world.done("delete from travel.flights where n = 'x'").tag());
        world.add(10_499);
        // a part of them, and what is left
        assertEquals(
                "OPTIMIZE 10000", world.done("alter table travel.flights execute optimize").tag());
        assertEquals(
                "OPTIMIZE 505", world.done("alter table travel.flights execute optimize").tag());
        assertEquals("OPTIMIZE 0", world.done("alter table travel.flights execute optimize").tag());
    }

    /** Reading is refused with what to do about it, and what is to be done can be done. */
    @Test
    void whatDescribesFilesIsBoundedAndPackingBeginsAllTheSame() {
        World world = world(1 << 20);
        world.add(400);
        for (int i = 0; i < 3; i++) { // nothing of a refused one stays taken
            Failure failure = world.failed("delete from travel.flights where n = 'x'");
            assertEquals(Failure.OVER_LIMIT, failure.state());
            assertTrue(failure.message().contains("768 KiB"), failure::message);
            assertTrue(failure.hint().contains("execute optimize"), failure::hint);
            assertTrue(failure.hint().contains("sql.describing"), failure::hint);
        }
        int times = 0;
        while (!world.done("alter table travel.flights execute optimize")
                .tag()
                .equals("OPTIMIZE 0")) {
            times++;
        }
        assertTrue(times > 1, "times: " + times);
        assertEquals("DELETE 1", world.done("delete from travel.flights where n = 'x'").tag());
    }

    /** What clients of the catalog ask for takes of the same room, and gives it back. */
    @Test
    void plansOfClientsAreBoundedToo() {
        World world = world(1 << 20);
        world.add(300);
        GuardedTables catalog = world.installation.guard().tables(world.request(), world.tables);
        Plan plan = catalog.plan(FLIGHTS, PlanAsked.parse("{\"min-rows-requested\":1}"));
        assertTrue(plan.answer().contains("\"completed\""), plan::answer);
        catalog.planned(FLIGHTS, plan.id());
        world.add(500);
        for (int i = 0; i < 3; i++) { // nothing of a refused one stays taken
            Refusal refusal =
                    assertThrows(Refusal.class, () -> catalog.plan(FLIGHTS, PlanAsked.parse("{}")));
            assertEquals(Refusal.Kind.TOO_LARGE, refusal.kind());
            String said = String.valueOf(refusal.getMessage());
            assertTrue(said.contains("768 KiB"), said);
            assertTrue(said.contains("sql.describing"), said);
        }
        catalog.planned(FLIGHTS, plan.id());
        assertTrue(
                catalog.inspect(FLIGHTS)
                        .inspection()
                        .answer(Map.of(), List.of())
                        .contains("\"files\":800"));
    }

    @Test
    void allStatementsShareTheRoom() {
        Describing room = new Describing(1_000);
        try (Describing.Share one = room.share();
                Describing.Share other = room.share()) {
            one.take(700);
            assertTrue(full(one, 100).message().contains("of this statement"));
            other.take(250);
            Failure failure = full(other, 100);
            assertEquals(Failure.OVER_LIMIT, failure.state());
            assertTrue(failure.message().contains("of all statements"), failure::message);
            assertTrue(failure.hint().contains("sql.describing"), failure::hint);
            assertEquals(950, room.taken());
            one.giveBack(100);
            // what is needed one after the other counts by its largest
            other.passing(60);
            other.passing(50);
            other.passing(80);
            assertEquals(930, room.taken());
            other.backTo(250);
            other.passing(70);
            assertEquals(920, room.taken());
        }
        assertEquals(0, room.taken());
    }

    private static Failure full(Describing.Share share, long bytes) {
        return assertThrows(Describing.Full.class, () -> share.take(bytes)).failure();
    }
}
