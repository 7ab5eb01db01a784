package org.domicile.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The order in which {@code bench s3} asks the servers: each load of each in turns. */
final class Course {
    private final S3Bench asked;
    private final List<Contender> contenders;
    private final BareBench.Bare bare;
    private final String bucket;
    private final Report report;

    /** What can be asked for. */
    enum Part {
        /** PUT and GET of each size. */
        SIZES,
        /** GET, HEAD, PUT and DELETE at once. */
        MIXED,
        /** One connection. */
        ALONE,
        /** One by one, and many in a request. */
        DELETES,
        /** A bucket of objects. */
        LIST,
        /** A bucket of versions. */
        VERSIONS
    }

    Course(
            S3Bench asked,
            List<Contender> contenders,
            BareBench.Bare bare,
            String bucket,
            Report report) {
        this.asked = asked;
        this.contenders = contenders;
        this.bare = bare;
        this.bucket = bucket;
        this.report = report;
    }

    void warm() throws IOException {
        asked.run.progress("warming up");
        for (Contender each : contenders) {
            Contender apart = Contender.of(each.server(), bucket + "/warm", each.content());
            apart.putAndGet(apart.sizes().getFirst(), asked.client, asked.run.warms());
        }
        bare.put(asked.client, asked.run.warms());
        bare.get(asked.client, asked.run.warms());
    }

    void round(int round) throws IOException {
        if (asks(Part.SIZES)) {
            for (String size : asked.sizes) {
                sizes(round, size.strip());
            }
        }
        for (Contender each : contenders) {
            if (asks(Part.MIXED)) {
                say(round, each, "mixed");
                report.add(each.mixed(asked.client, asked.run.lasts()));
            }
            if (asks(Part.ALONE)) {
                say(round, each, "one connection");
                each.alone(asked.run.lasts()).forEach(report::add);
            }
            if (asks(Part.DELETES)) {
                say(round, each, "deletes");
                Doomed doomed = new Doomed(each, bucket);
                report.add(doomed.one(asked.client, asked.deletes));
                report.add(doomed.batches(asked.client, asked.deletes));
            }
        }
    }

    private boolean asks(Part part) {
        return asked.loads.contains(part);
    }

    private void say(int round, Contender whom, String what) {
        asked.run.progress(
                "round %d of %d: %s, %s"
                        .formatted(round, asked.run.rounds, whom.server().name(), what));
    }

    private void sizes(int round, String label) throws IOException {
        boolean small = label.equals(contenders.getFirst().sizes().getFirst().label());
        for (Contender each : contenders) {
            say(round, each, label);
            boolean profiled =
                    asked.run.profiled().isPresent()
                            && each == contenders.getFirst()
                            && small
                            && round == 1;
            long pid = each.server().process().pid();
            if (profiled) {
                Profile.begin(pid);
            }
            each.putAndGet(size(each, label), asked.client, asked.run.lasts()).forEach(report::add);
            if (profiled) {
                Profile.end(pid, asked.run.profiled().get());
            }
        }
        if (small) {
            asked.run.progress("round %d of %d: bare".formatted(round, asked.run.rounds));
            report.add(bare.put(asked.client, asked.run.lasts()));
            report.add(bare.get(asked.client, asked.run.lasts()));
            report.add(bare.unrecordedGet(asked.client, asked.run.lasts()));
        }
    }

    private static Contender.Size size(Contender of, String label) throws IOException {
        return of.sizes().stream()
                .filter(each -> each.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IOException("not one of 4 KiB, 1 MiB and 64 MiB: " + label));
    }

    /** Buckets are filled once and listed in each round. */
    void listings() throws IOException {
        if (!asks(Part.LIST) && !asks(Part.VERSIONS)) {
            return;
        }
        List<Catalogue> catalogues = new ArrayList<>();
        for (Contender each : contenders) {
            Catalogue catalogue = new Catalogue(each, bucket);
            catalogues.add(catalogue);
            asked.run.progress("filling the buckets to list, " + each.server().name());
            if (asks(Part.LIST)) {
                catalogue.fill(asked.client, asked.keys);
            }
            if (asks(Part.VERSIONS)) {
                catalogue.fillVersions(asked.client, asked.versions);
            }
        }
        for (Catalogue each : catalogues) {
            each.warm(asked.run.warms());
        }
        for (int round = 1; round <= asked.run.rounds; round++) {
            for (Catalogue each : catalogues) {
                asked.run.progress("round %d of %d: listing".formatted(round, asked.run.rounds));
                if (asks(Part.LIST)) {
                    report.add(each.list(1));
                    report.add(each.list(asked.listers));
                }
                if (asks(Part.VERSIONS)) {
                    report.add(each.listVersions());
                }
            }
        }
    }

    void idle() throws IOException {
        for (Contender each : contenders) {
            double resident = each.server().process().memory().resident();
            report.fact(
                    "warmMiB." + each.server().name(),
                    resident,
                    "memory of %s, resident when warm: %,.0f MiB"
                            .formatted(each.server().name(), resident));
        }
    }

    void memory() throws IOException {
        for (Contender each : contenders) {
            ServerProcess.Memory memory = each.server().process().memory();
            report.fact(
                    "peakMiB." + each.server().name(),
                    memory.peak(),
                    "memory of %s, resident at its peak: %,.0f MiB (now %,.0f)"
                            .formatted(each.server().name(), memory.peak(), memory.resident()));
        }
    }
}
