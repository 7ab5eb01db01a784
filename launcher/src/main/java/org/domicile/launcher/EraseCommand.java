package org.domicile.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Destroys the key of a person. */
@Command(
        name = "erase",
        description = {
            "Destroy the key of a person, so that nobody, with any backup of the data folder, can"
                + " say any more which uses on record concerned that person. All proofs still hold;"
                + " 'uses' shows (erased).",
            "Objects of the person are not deleted: delete them first, with any S3 client, since"
                    + " the names of objects are readable to whoever holds the disk. Backups of the"
                    + " key store must not outlive an erasure: docs/operate says how.",
            "Records in streams go with their files; streams whose labels say that they are about"
                    + " people are named, and the erasure is complete when their files are gone."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example: ./domicile erase --subject p-1042 --organisation hospital --confirmation"
                    + " p-1042.confirmation"
        })
final class EraseCommand extends ServerCommand.OfOrganisation {
    @Option(
            names = "--subject",
            paramLabel = "ID",
            description = {
                "A person whom the data are about, by the organisation's identifier; - reads it"
                        + " from standard input."
            })
    String subject = "";

    @Option(
            names = "--principal",
            paramLabel = "NAME",
            description = {
                "Somebody who acted, by name or id: credentials end, the name is forgotten."
            })
    String principal = "";

    @Option(
            names = "--confirmation",
            paramLabel = "FILE",
            description = {
                "Where to write the confirmation, with which the person can show offline what was"
                        + " destroyed. It is kept nowhere else."
            })
    @Nullable Path confirmation;

    @Override
    public Integer call() {
        if (subject.isEmpty() == principal.isEmpty()) {
            throw Input.wrong(spec, "say whom: --subject ID or --principal NAME");
        }
        if (confirmation != null && Files.exists(confirmation)) {
            throw new Problem(confirmation + " exists; name another file for the confirmation");
        }
        AdminClient admin = admin();
        String owner = owner(admin);
        Json.Row erased =
                subject.isEmpty()
                        ? admin.post(
                                "/v1/principals/erase",
                                Json.row("organisation", owner, "name", principal))
                        : admin.post(
                                "/v1/subjects/erase",
                                Json.row("organisation", owner, "subject", Input.quiet(subject)));
        if (confirmation != null) {
            write(confirmation, erased.text("confirmation"));
        }
        output().result(
                        erased,
                        "erased: key %s is dead in every place of the key store; entry %s of the"
                                        .formatted(erased.text("subject"), erased.text("index"))
                                + " public log says so. Objects were not touched."
                                + streams(erased.rows("streams")));
        return 0;
    }

    /** What is not gone yet: streams lie in clear. */
    private static String streams(List<Json.Row> streams) {
        if (streams.isEmpty()) {
            return "";
        }
        StringBuilder told =
                new StringBuilder(
                        "\nNot complete yet: these streams are about people, and what came into"
                                + " them lies there in clear until its file goes:");
        for (Json.Row each : streams) {
            told.append("\n  ").append(each.text("stream")).append(": ");
            String until = each.text("until");
            if (each.fields().containsKey("secondsAsDeleted")) {
                told.append("deleted, and gone ")
                        .append(Duration.ofSeconds(each.number("secondsAsDeleted")).toMinutes())
                        .append(
                                " minute after the streams' log has let it go, which it has not"
                                        + " yet; './domicile status' says why");
            } else if (until.isEmpty()) {
                told.append("when its table has them, ")
                        .append(Duration.ofSeconds(each.number("secondsAsRows")).toMinutes())
                        .append(
                                " minutes later at the latest, once a later record has begun"
                                        + " another file; delete the rows of the table, too");
            } else {
                told.append("gone by ").append(until).append(" at the latest");
            }
        }
        return told.append("\nDelete a stream, and its files are gone after a minute.").toString();
    }

    static void write(Path file, String text) {
        if (text.isEmpty()) {
            throw new Problem(
                    "it is done, but its entry was not under a checkpoint in time, so there is no"
                            + " confirmation");
        }
        try {
            Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new Problem("it is done, but " + file + " cannot be written: " + e.getMessage());
        }
    }
}
