package org.domicile.schemas;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Request;

/** The register of schemas. See the package's page. Safe for concurrent use. */
public interface Schemas {
    /** Subjects of an organisation, deleted ones included. */
    int MOST_SUBJECTS = 10_000;

    /** Versions of a subject, deleted ones included. */
    int MOST_VERSIONS = 1_000;

    /** Characters of a schema. */
    int MOST_TEXT = 256 << 10;

    /** References of a schema. */
    int MOST_REFERENCES = 64;

    /** Schemas that one builds on, and those on. */
    int MOST_BEHIND = 200;

    /** Characters of a subject's name. */
    int LONGEST_SUBJECT = 255;

    /** Levels in which types, or values, stand in each other. */
    int MOST_LEVELS = 100;

    /** Versions of an organisation, deleted ones included. */
    int MOST_OF_ALL = 100_000;

    /** Columns of a table, with those inside of columns. */
    int MOST_COLUMNS = 1_000;

    /** What lies in a keyspace. One process has one. */
    static Schemas open(Keyspace keyspace, InstantSource clock) {
        return new StoredSchemas(keyspace, clock);
    }

    /** The subject that says what a stream's records are, by Confluent's usual rule. */
    static String subject(String stream) {
        return stream + "-value";
    }

    /**
     * Registers a version, or finds the one that is the same. Carries the record.
     *
     * @param request of the organisation whose subject it is
     */
    Registering register(Request request, String organisation, String subject, SchemaText schema);

    /** The version of a subject that is this schema; the newest, if several are. */
    Found find(String organisation, String subject, SchemaText schema, Shown shown);

    /** The names of an organisation's subjects, in order. */
    List<String> subjects(String organisation, Shown shown);

    /** All versions of a subject, in order; none when there is no such subject. */
    List<Integer> versions(String organisation, String subject, Shown shown);

    /** One version of a subject. */
    Optional<Registered> version(String organisation, String subject, int version, Shown shown);

    /** The newest version of a subject that is not deleted. */
    Optional<Registered> newest(String organisation, String subject);

    /** A schema of an organisation by its id, whether or not a version that it was is deleted. */
    Optional<SchemaText> schema(String organisation, int id);

    /**
     * The same as a {@code FileDescriptorProto} in base64, which clients without a compiler for
     * {@code .proto} ask for; empty when there is no such schema or it is not of Protobuf.
     */
    Optional<String> serialised(String organisation, int id);

    /** The versions that a schema is, by subject. */
    List<Place> places(String organisation, int id, Shown shown);

    /** The schemas that build on a version, by id. */
    List<Integer> builders(String organisation, String subject, int version);

    /**
     * Whether a schema may follow on what a subject has.
     *
     * @param version what it is held against, one alone; empty: those that the subject's level says
     */
    Compared compare(
            String organisation, String subject, Optional<Integer> version, SchemaText schema);

    /**
     * Deletes a version, or all of a subject; permanently, 100 at a time. Carries the record.
     *
     * @param version empty for all
     */
    Removing remove(
            Request request,
            String organisation,
            String subject,
            Optional<Integer> version,
            Removal how);

    /** What new versions have to be able to do. @param subject empty for the organisation's own */
    Optional<Compatibility> compatibility(String organisation, Optional<String> subject);

    /**
     * Sets that. Carries the record.
     *
     * @param subject empty for the organisation's own
     * @param level empty for: as the organisation's, or the program's own (BACKWARD)
     * @return whether it could be: false when the organisation has too many subjects
     */
    boolean configure(
            Request request,
            String organisation,
            Optional<String> subject,
            Optional<Compatibility> level);

    /** What a schema is as a table; empty when the organisation has no such schema. */
    Optional<Shape> shape(String organisation, int id);

    /**
     * Rows of a schema's columns, from records that it or another schema of the organisation wrote;
     * empty when there is no such schema or it cannot be a table.
     */
    Optional<RowDecoder> decoder(String organisation, int id);

    /**
     * A schema that is a version of a subject, deleted ones included, with all that it builds on;
     * empty for any other, also of the same organisation.
     */
    Optional<Written> written(String organisation, String subject, int id);

    /** A version of a subject. */
    record Place(String subject, int version) {}

    /** Which versions are shown. */
    enum Shown {
        /** Those that are not deleted. */
        LIVE,
        /** All. */
        ALL
    }

    /** How a version is deleted. */
    enum Removal {
        /** It is no longer offered, and can still be read by its id. */
        SOFT,
        /** What was deleted softly before is gone. */
        PERMANENT
    }

    /** What a schema is as a table. */
    sealed interface Shape {
        /** One of these columns. */
        record Table(List<Column> columns) implements Shape {
            /** Copies. */
            public Table {
                columns = List.copyOf(columns);
            }
        }

        /** None. @param why a sentence for people */
        record None(String why) implements Shape {}
    }

    /** What came of a registration. */
    sealed interface Registering {
        /** It is a version now, or was one already. */
        record Done(Registered version) implements Registering {}

        /** It is no schema, or one that is not taken here. */
        record Invalid(String why) implements Registering {}

        /** It breaks with versions before it. */
        record Incompatible(List<String> why) implements Registering {
            /** Copies. */
            public Incompatible {
                why = List.copyOf(why);
            }
        }

        /** A limit is reached. */
        record Full(String why) implements Registering {}
    }

    /** What came of a search. */
    sealed interface Found {
        /** This version. */
        record Version(Registered version) implements Found {}

        /** There is no such subject. */
        record NoSubject() implements Found {}

        /** No version of it is this. */
        record NoVersion() implements Found {}

        /** It is no schema. */
        record Invalid(String why) implements Found {}
    }

    /** What came of a comparison. */
    sealed interface Compared {
        /** It may follow. */
        record Compatible() implements Compared {}

        /** It may not. */
        record Incompatible(List<String> why) implements Compared {
            /** Copies. */
            public Incompatible {
                why = List.copyOf(why);
            }
        }

        /** There is no such subject. */
        record NoSubject() implements Compared {}

        /** There is no such version. */
        record NoVersion() implements Compared {}

        /** It is no schema. */
        record Invalid(String why) implements Compared {}
    }

    /** What came of a removal. */
    sealed interface Removing {
        /** These are deleted. */
        record Done(List<Integer> versions) implements Removing {
            /** Copies. */
            public Done {
                versions = List.copyOf(versions);
            }
        }

        /** There is no such subject. */
        record NoSubject() implements Removing {}

        /** There is no such version. */
        record NoVersion() implements Removing {}

        /** It is deleted softly already. */
        record Already() implements Removing {}

        /** It is not deleted softly yet. */
        record NotYet() implements Removing {}

        /** Others build on it. @param by one of them */
        record Referenced(String by) implements Removing {}
    }
}
