package org.domicile.guard;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.keys.Pass;
import org.domicile.policy.Marks;
import org.domicile.policy.Resource;
import org.domicile.query.Answer;
import org.domicile.query.DataFile;
import org.domicile.query.Failure;
import org.domicile.query.Footer;
import org.domicile.query.NotParquet;
import org.domicile.query.Plan;
import org.domicile.query.Sources;
import org.domicile.query.Table;
import org.domicile.query.TableName;
import org.domicile.request.Outcome;

/**
 * The tables of one statement, under its request. A name is an object, {@code
 * s3://bucket/key.parquet}. What is held of it is held until the statement is closed, which is when
 * its columns are staged.
 */
final class SqlStatement implements Sources, AutoCloseable {
    private static final Pattern PLACE = Pattern.compile("s3://([^/]+)/(.+)");
    private static final int LONGEST = 4_000;

    private final Uses uses;
    private final NestedReads reads;
    private final Footers footers;
    private final Map<TableName, Answer<Table>> tables = new HashMap<>();
    private final Map<String, NestedReads.Held> held = new HashMap<>();

    SqlStatement(Uses uses, NestedReads reads, Footers footers) {
        this.uses = uses;
        this.reads = reads;
        this.footers = footers;
    }

    /** What is known of all that it names: by labels where it lies, and what it carries itself. */
    Marks marks() {
        Marks marks = Marks.NONE;
        for (NestedReads.Held each : reads.held()) {
            marks =
                    marks.and(each.state().marks())
                            .and(
                                    uses.labels(
                                            Optional.of(each.bucket()),
                                            each.bucket().name(),
                                            each.version().name()));
        }
        return marks;
    }

    /** Its use as organisation/node/number. */
    String use() {
        return uses.last();
    }

    @Override
    public Answer<Table> resolve(TableName name) {
        Answer<Table> known = tables.get(name);
        if (known == null) {
            known = look(name);
            tables.put(name, known);
        }
        return known;
    }

    private Answer<Table> look(TableName name) {
        Matcher place = PLACE.matcher(name.table());
        if (name.parts().size() > 1 || !place.matches()) {
            return Answer.failed(
                    new Failure(
                            Failure.NO_TABLE,
                            "There is no table " + name + ".",
                            0,
                            "A Parquet object is named so: from 's3://bucket/key.parquet'"));
        }
        return switch (reads.hold(place.group(1), place.group(2))) {
            case NestedReads.Asked.Absent(String sentence) ->
                    Answer.failed(Failure.NO_TABLE, sentence);
            case NestedReads.Asked.Unreadable(String sentence) ->
                    Answer.failed(Failure.REFUSED, sentence);
            case NestedReads.Asked.There(NestedReads.Held one) -> table(one);
        };
    }

    private Answer<Table> table(NestedReads.Held one) {
        held.put(one.id(), one);
        return footer(one)
                .then(footer ->
                        Answer.of(new Table(List.of(new DataFile(one.id(), one.place(), footer)))));
    }

    /** From memory, or from the object, which is a use of its own. */
    private Answer<Footer> footer(NestedReads.Held one) {
        Optional<Footer> known = footers.of(one.id());
        if (known.isPresent()) {
            return Answer.of(known.get());
        }
        try (Admitted use = uses.admit("sql:Describe", one.resource(), one.place())) {
            use.confirm(one.state());
            Pass pass = use.record(Outcome.DONE, 0);
            PlainContent content = reads.open(one, pass);
            Footer footer =
                    Footer.read(
                            one.version().size(),
                            (offset, length) -> NestedReads.read(content, offset, length));
            footers.keep(one.id(), footer);
            return Answer.of(footer);
        } catch (NotParquet e) {
            return Answer.failed(
                    Failure.INVALID,
                    "s3://%s is not a Parquet file that can be read: %s."
                            .formatted(one.place(), e.getMessage()));
        } catch (IOException e) {
            return Answer.failed(
                    Failure.SYSTEM, "s3://%s could not be read: %s".formatted(one.place(), e));
        }
    }

    @Override
    public Answer<Reading> open(Plan plan) {
        List<NestedReads.Held> all = reads.held();
        Resource resource =
                all.isEmpty() ? new Resource.Own(uses.organisation()) : all.getFirst().resource();
        try (Admitted use = uses.admitAll("sql:Select", resource, said(plan), all)) {
            Pass pass = use.record(Outcome.DONE, plan.bytes());
            return Answer.of(new Opened(pass));
        }
    }

    /**
     * What stands on record, inside the commitment: what is read, how much, and a text's digest.
     */
    private static String said(Plan plan) {
        StringBuilder said = new StringBuilder();
        for (Plan.Scan scan : plan.scans()) {
            String place = scan.table().files().getFirst().place();
            said.append(said.isEmpty() ? "" : "; ")
                    .append(place)
                    .append(" (")
                    .append(String.join(", ", scan.columns()))
                    .append(") ")
                    .append(scan.rows())
                    .append(" rows");
        }
        if (said.length() > LONGEST) {
            said.setLength(LONGEST);
            said.append(" … and more, ").append(plan.scans().size()).append(" tables in all");
        }
        return said.append(said.isEmpty() ? "" : "; ")
                .append("sha256 of the statement ")
                .append(digest(plan.sql()))
                .toString();
    }

    static String digest(String sql) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(sql.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** What the pass of the use opens. The bodies are the statement's to let go of. */
    private final class Opened implements Reading {
        private final Pass pass;
        private final Map<String, PlainContent> contents = new HashMap<>();

        Opened(Pass pass) {
            this.pass = pass;
        }

        @Override
        public InputStream read(DataFile file, long offset, long length) throws IOException {
            NestedReads.Held one = held.get(file.id());
            if (one == null) {
                throw new IllegalArgumentException("the plan does not have " + file.place());
            }
            PlainContent content = contents.computeIfAbsent(file.id(), _ -> reads.open(one, pass));
            return NestedReads.read(content, offset, length);
        }

        @Override
        public void close() {
            contents.clear();
        }
    }

    @Override
    public void close() {
        reads.close();
    }
}
