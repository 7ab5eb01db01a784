package org.domicile.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import org.domicile.bytes.Disk;
import org.domicile.bytes.Durable;
import org.domicile.guard.Administration;
import org.domicile.guard.Guard;

/**
 * The first credential in its file (mode 600), where a person finds it.
 *
 * @param region the zone to name to S3 clients
 */
record FirstCredential(String accessKey, String secret, String region) {
    /** Its name in the first of {@code keys.places}. */
    static final String FILE = "first.credential";

    @Override
    public String toString() {
        return "FirstCredential[" + accessKey + "]";
    }

    /** Key and secret as the field Authorization carries them (RFC 7617). */
    String basic() {
        byte[] pair = (accessKey + ":" + secret).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    /** What the file holds; empty when it is not there or not whole. */
    static Optional<FirstCredential> read(Path file) {
        try {
            Json.Row told = Json.object(Folder.contentIfThere(file));
            String accessKey = told.text("accessKey");
            String secret = told.text("secret");
            return accessKey.isEmpty() || secret.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new FirstCredential(accessKey, secret, told.text("region")));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Makes sure that a first start ends with a credential that works and lies in its file, however
     * often it was cut short. The order: the guard makes what is missing; the file is made durable;
     * only then does the installation remember that first steps are done. Killed before the file,
     * the next start finds a credential whose secret nobody has, ends it and makes another; killed
     * after, it finds the file and a living credential, and is done. Once done, a file that
     * somebody removed stays removed.
     */
    static void complete(
            Installation installation, Guard guard, Disk disk, Path file, String region)
            throws IOException {
        if (installation.firstStepsDone()) {
            return;
        }
        String kept = read(file).map(FirstCredential::accessKey).orElse("");
        Optional<Administration.Issued> issued = guard.firstSteps(kept);
        if (issued.isPresent()) {
            new FirstCredential(
                            issued.get().credential().accessKey(), issued.get().secret(), region)
                    .write(disk, file);
        }
        installation.firstStepsAreDone();
    }

    private void write(Disk disk, Path file) throws IOException {
        Durable.replace(
                disk,
                file,
                Json.row("accessKey", accessKey, "secret", secret, "region", region).file());
    }
}
