package org.domicile.tiles;

import java.util.Optional;
import org.domicile.ledger.LogFile;

/** Everything that can stand at a path of this door. */
sealed interface Wanted {
    /** The page that names the logs. */
    record Page() implements Wanted {}

    /** The page, asked for without its last slash: relative links would go wrong. */
    record PageWithoutSlash() implements Wanted {}

    /** The page that checks proofs in a browser. */
    record Verifier() implements Wanted {}

    /** A file of the public log. */
    record OfPublicLog(LogFile file) implements Wanted {}

    /** A file of the log of an organisation's uses on a node. */
    record OfUseLog(String organisation, String node, LogFile file) implements Wanted {}

    /** What the path means; empty when it means nothing. */
    static Optional<Wanted> at(String rawPath) {
        if (rawPath.equals(TilesDoor.PREFIX)) {
            return Optional.of(new Page());
        }
        if (rawPath.equals("/ledger")) {
            return Optional.of(new PageWithoutSlash());
        }
        if (rawPath.equals(TilesDoor.PREFIX + "verify")) {
            return Optional.of(new Verifier());
        }
        Segments segments = new Segments(rawPath);
        if (!segments.take("") || !segments.take("ledger")) {
            return Optional.empty();
        }
        if (segments.take("public")) {
            return FilePath.parse(segments).map(OfPublicLog::new);
        }
        if (segments.take("use")) {
            Optional<String> organisation = segments.name();
            Optional<String> node = segments.name();
            return organisation.isEmpty() || node.isEmpty()
                    ? Optional.empty()
                    : FilePath.parse(segments)
                            .map(file -> new OfUseLog(organisation.get(), node.get(), file));
        }
        return Optional.empty();
    }
}
