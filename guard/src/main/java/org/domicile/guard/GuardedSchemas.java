package org.domicile.guard;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.domicile.request.Request;
import org.domicile.schemas.Compatibility;
import org.domicile.schemas.Registered;
import org.domicile.schemas.SchemaText;
import org.domicile.schemas.Schemas;

/**
 * Schemas of the caller's organisation, for doors. What concerns a subject is judged as the stream
 * that it is named after ({@code water.levels-value} and {@code water.levels-key} as {@code
 * water.levels}), so labels and policies of streams mean their schemas, too; a schema that is asked
 * for by its id, as the first of its subjects that the caller may read.
 *
 * <p>Safe for concurrent use. May throw {@link Refused}, on record then, and {@link
 * org.domicile.bytes.StorageFailure} as everywhere.
 */
public interface GuardedSchemas {
    /** schemas:Register: makes a schema a version of a subject. */
    Told<Schemas.Registering> register(Request request, String subject, Source source)
            throws IOException;

    /** schemas:Read: the version of a subject that is this schema. */
    Told<Schemas.Found> find(Request request, String subject, Source source, Schemas.Shown shown)
            throws IOException;

    /** schemas:Read: whether a schema may follow on what a subject has. */
    Told<Schemas.Compared> compare(
            Request request, String subject, Optional<Integer> version, Source source)
            throws IOException;

    /** schemas:List: names of subjects that the caller may read, in order. */
    Told<List<String>> subjects(Request request, Schemas.Shown shown);

    /** schemas:Read: versions of a subject; none when there is no such subject. */
    Told<List<Integer>> versions(Request request, String subject, Schemas.Shown shown);

    /** schemas:Read: one version of a subject. @param version empty for the newest */
    Told<Optional<Registered>> version(
            Request request,
            String subject,
            Optional<Integer> version,
            Schemas.Shown shown,
            Form form);

    /** schemas:Read: a schema by its id. */
    Told<Optional<SchemaText>> schema(Request request, int id, Form form);

    /** schemas:Read: versions that a schema is, of subjects that the caller may read. */
    Told<List<Schemas.Place>> places(Request request, int id, Schemas.Shown shown);

    /** schemas:Read: ids of schemas that build on a version. */
    Told<List<Integer>> builders(Request request, String subject, int version);

    /** schemas:Delete: deletes a version, or all of a subject. */
    Told<Schemas.Removing> remove(
            Request request, String subject, Optional<Integer> version, Schemas.Removal how);

    /** schemas:Read: what new versions have to be able to do. @param subject empty for all */
    Told<Optional<Compatibility>> compatibility(Request request, Optional<String> subject);

    /** schemas:Configure: sets that. */
    Told<Boolean> configure(Request request, Optional<String> subject, Level level)
            throws IOException;

    /** In which form the text of a schema is wanted. */
    enum Form {
        /** As it was registered. */
        TEXT,
        /** Of Protobuf: its descriptor, serialised, in base64; of others their text. */
        SERIALISED
    }

    /** Where a schema comes from; asked once the caller may do what it asks. */
    interface Source {
        /** The schema. */
        SchemaText schema() throws IOException;
    }

    /** Where a level comes from; asked once the caller may set one. */
    interface Level {
        /** The level; empty to set none any more. */
        Optional<Compatibility> level() throws IOException;
    }

    /**
     * What was told.
     *
     * @param use as {@code organisation/node/number}
     */
    record Told<T>(T answer, String use) {}
}
