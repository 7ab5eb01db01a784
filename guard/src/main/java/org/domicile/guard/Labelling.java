package org.domicile.guard;

import java.util.List;
import java.util.Optional;
import org.domicile.keys.Keys;
import org.domicile.objects.Bucket;
import org.domicile.objects.Objects;
import org.domicile.objects.Version;
import org.domicile.policy.Kinds;
import org.domicile.policy.Label;
import org.domicile.policy.Marks;
import org.domicile.policy.Policy;
import org.domicile.policy.Register;

/** What an operator may say and see of the labels of data. Judges and records nothing. */
final class Labelling {
    /** What names the streams of an organisation, which are in no bucket. */
    private static final String OF_STREAMS = BucketNames.STREAMS + ":";

    private final Policy policy;
    private final Objects objects;
    private final Vessel vessel;

    Labelling(Policy policy, Objects objects, Vessel vessel) {
        this.policy = policy;
        this.objects = objects;
        this.vessel = vessel;
    }

    /** As a label has it: streams of all organisations lie in one that is there for labels only. */
    static String bucket(String asked) {
        return asked.startsWith(OF_STREAMS) ? BucketNames.STREAMS : asked;
    }

    /** Whose a bucket is; of one that is gone, whose labels of it are left. */
    Optional<String> organisation(String bucket) {
        if (bucket.startsWith(OF_STREAMS)) {
            return Optional.of(bucket.substring(OF_STREAMS.length()))
                    .filter(policy.register().organisations()::containsKey);
        }
        return objects.buckets()
                .bucket(bucket)
                .map(Bucket::organisation)
                .or(() -> left(policy.register(), bucket));
    }

    private static Optional<String> left(Register register, String bucket) {
        return register.organisations().keySet().stream()
                .filter(each -> !register.labels(each, bucket).isEmpty())
                .findFirst();
    }

    /** A label as it is stored: purposes by their full names. */
    static Label label(String organisation, String bucket, String prefix, Marks marks) {
        return new Label(
                organisation,
                bucket(bucket),
                prefix,
                new Marks(
                        marks.classes(),
                        full(organisation, marks.prohibited()),
                        marks.only().stream().map(only -> full(organisation, only)).toList()));
    }

    private static List<String> full(String organisation, List<String> words) {
        return words.stream()
                .map(word ->
                        word.indexOf('/') >= 0 || Kinds.named(word).isPresent()
                                ? word
                                : organisation + "/" + word)
                .toList();
    }

    Administration.Labelled labelled(String bucketName, String name) {
        Optional<Bucket> bucket = objects.buckets().bucket(bucketName);
        String organisation = organisation(bucketName).orElse("");
        List<Label> labels =
                policy.register().labels(organisation, bucket(bucketName)).stream()
                        .filter(label -> name.startsWith(label.prefix()))
                        .toList();
        try {
            Marks carried =
                    bucket.flatMap(home -> objects.version(home, name, Optional.empty()))
                            .filter(version -> version.kind() == Version.Kind.OBJECT)
                            .map(version -> vessel.marks(bucket.orElseThrow(), version))
                            .orElse(Marks.NONE);
            return new Administration.Labelled(labels, carried);
        } catch (Keys.KeyGone _) {
            return vessel.removed(bucket, new Administration.Labelled(labels, Marks.NONE));
        }
    }
}
