package org.domicile.guard;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.objects.Bucket;
import org.domicile.query.Answer;
import org.domicile.query.Change;
import org.domicile.query.Failure;
import org.domicile.query.Target;
import org.domicile.query.Value;
import org.domicile.query.Written;

/** What a statement answers becomes an object. A part of {@link SqlChanges}, for one statement. */
final class SqlCopies {
    private final SqlChanges on;

    /**
     * @param on what it is a part of
     */
    SqlCopies(SqlChanges on) {
        this.on = on;
    }

    Answer<GuardedSql.Result> copy(Change.CopyTo wanted, List<Value> parameters) {
        Optional<Bucket> bucket = on.parts.opened().objects().buckets().bucket(wanted.bucket());
        String object = ObjectUses.object(wanted.bucket(), wanted.key());
        on.uses.check("s3:PutObject", on.uses.data(bucket, wanted.bucket(), wanted.key()), object);
        return SqlChanges.placed(
                        on.session.write(
                                wanted.select().sql(), parameters, wanted.target(), on.reading()),
                        wanted.select())
                .then(written -> {
                    try (written) {
                        return stored(wanted, written);
                    } catch (IOException e) {
                        return Answer.failed(
                                Failure.SYSTEM,
                                "What was written could not be kept: " + e.getMessage());
                    }
                });
    }

    private Answer<GuardedSql.Result> stored(Change.CopyTo wanted, Written written)
            throws IOException {
        String type =
                switch (wanted.target()) {
                    case Target.Csv _ -> "text/csv";
                    case Target.Json _ -> "application/x-ndjson";
                    case Target.Parquet _, Target.PlainParquet _ ->
                            "application/vnd.apache.parquet";
                };
        ObjectsView view = on.copies.apply(on.uses.request());
        Stored stored =
                view.derived(
                        wanted.bucket(),
                        wanted.key(),
                        new GuardedObjects.Draft(
                                Map.of("content-type", type),
                                Map.of(),
                                "crc64nvme",
                                Attributes.ChecksumType.FULL_OBJECT),
                        new Replay(written.read(), written.size(), "crc64nvme"),
                        on.statement.marks(""));
        return switch (stored) {
            case Stored.Done _ ->
                    Answer.of(new SqlChanges.Done("COPY " + written.rows(), view.use()));
            case Stored.NoSuchBucket _ ->
                    Answer.failed(Failure.INVALID, "There is no bucket " + wanted.bucket() + ".");
            case Stored.OverQuota _ ->
                    Answer.failed("53100", "A quota leaves no room for the object.");
            case Stored.Locked _ ->
                    Answer.failed(
                            Failure.INVALID, "A lock keeps the object that is there as it is.");
            default -> Answer.failed(Failure.SYSTEM, "The object was not stored: " + stored);
        };
    }
}
