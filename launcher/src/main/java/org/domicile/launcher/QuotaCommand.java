package org.domicile.launcher;

import java.io.PrintWriter;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How much something may hold: shown, or set. */
abstract class QuotaCommand extends ServerCommand {
    private static final String NONE = "none";

    @Parameters(paramLabel = "NAME", description = "Whose quota.")
    String name = "";

    @Option(
            names = "--bytes",
            paramLabel = "SIZE",
            description =
                    "The most bytes, such as 10GiB, of all versions and of parts of unfinished"
                            + " uploads; none for any number.")
    String bytes = "";

    @Option(
            names = "--objects",
            paramLabel = "COUNT",
            description = "The most objects, every version counted; none for any number.")
    String objects = "";

    /** Of a bucket. */
    @Command(
            name = "quota",
            description = "Show how much a bucket holds, or set how much it may hold.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Without an option it shows; what would pass a quota is refused to clients.",
                "Example: ./domicile bucket quota archive --bytes 10GiB --objects 1000000"
            })
    static final class OfBucket extends QuotaCommand {
        @Override
        String path() {
            return "/v1/buckets/" + AdminClient.segment(name) + "/quota";
        }
    }

    /** Of an organisation. */
    @Command(
            name = "quota",
            description =
                    "Show how much all buckets of an organisation hold, or set how much they may.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Without an option it shows; what would pass a quota is refused to clients.",
                "Example: ./domicile organisation quota main --bytes 2TiB"
            })
    static final class OfOrganisation extends QuotaCommand {
        @Override
        String path() {
            return "/v1/organisations/" + AdminClient.segment(name) + "/quota";
        }
    }

    /** Where the admin API has it. */
    abstract String path();

    @Override
    public Integer call() {
        String wantedBytes = bytes.isEmpty() ? "" : bytes(bytes);
        String wantedObjects = objects.isEmpty() ? "" : count(objects);
        AdminClient admin = admin();
        Json.Row held = admin.object(path());
        if (!bytes.isEmpty() || !objects.isEmpty()) {
            held =
                    admin.post(
                            path(),
                            Json.row(
                                    "bytes",
                                    bytes.isEmpty() ? present(held, "mostBytes") : wantedBytes,
                                    "objects",
                                    objects.isEmpty()
                                            ? present(held, "mostObjects")
                                            : wantedObjects));
        }
        if (output().json()) {
            output().result(held, "");
        } else {
            tell(output().out(), held);
        }
        return 0;
    }

    private static void tell(PrintWriter out, Json.Row held) {
        long bytes = held.number("bytes");
        long objects = held.number("objects");
        boolean bounded = held.fields().containsKey("mostBytes");
        boolean counted = held.fields().containsKey("mostObjects");
        out.printf(
                "%s %s holds %s%s in %,d objects%s%n",
                held.text("of"),
                Table.visible(held.text("name")),
                Times.size(bytes),
                bounded
                        ? " of %s (%s)"
                                .formatted(
                                        Times.size(held.number("mostBytes")),
                                        part(bytes, held.number("mostBytes")))
                        : "",
                objects,
                counted
                        ? " of %,d (%s)"
                                .formatted(
                                        held.number("mostObjects"),
                                        part(objects, held.number("mostObjects")))
                        : "");
        if (!bounded && !counted) {
            out.println("it has no quota; set one with --bytes or --objects");
        }
        out.flush();
    }

    private static String part(long present, long most) {
        return most == 0 ? "full" : (long) (100.0 * present / most) + " %";
    }

    private static String present(Json.Row held, String limit) {
        return held.fields().containsKey(limit) ? String.valueOf(held.number(limit)) : NONE;
    }

    private String bytes(String text) {
        OptionalLong size = Sizes.parse(text);
        if (text.equals(NONE) || size.isPresent()) {
            return text.equals(NONE) ? text : String.valueOf(size.getAsLong());
        }
        throw Input.wrong(spec, "--bytes takes a size such as 10GiB, or none, not " + text);
    }

    private String count(String text) {
        if (text.equals(NONE) || text.matches("\\d{1,18}")) {
            return text;
        }
        throw Input.wrong(spec, "--objects takes a whole number, or none, not " + text);
    }
}
