package org.domicile.keys;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.domicile.bytes.StorageFailure.Kind.CORRUPT;
import static org.domicile.bytes.StorageFailure.Kind.FOREIGN;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.domicile.bytes.Disk;
import org.domicile.bytes.Durable;
import org.domicile.bytes.StorageFailure;

/** Reads the root key, or makes it for a new store. The package's page specifies both files. */
final class RootKey {
    /** OWASP's count for PBKDF2-HMAC-SHA-512 (Password Storage Cheat Sheet, 2023). */
    static final int ITERATIONS = 210_000;

    /** More than this in a file is no parameter but a way to hang the start. */
    private static final int MOST_ITERATIONS = 100_000_000;

    private static final String FIRST_LINE = "domicile root key 1";
    private static final byte[] LABEL = "domicile/root-key/1\0".getBytes(US_ASCII);
    private static final Pattern PLAIN = Pattern.compile("([0-9a-fA-F]{64})\\s*");
    private static final Pattern SEALED =
            Pattern.compile(
                    FIRST_LINE
                            + "\\npbkdf2-hmac-sha512 ([1-9][0-9]{0,8})"
                            + "\\nsalt ([0-9a-f]{32})\\nnonce ([0-9a-f]{24})\\nsealed"
                            + " ([0-9a-f]{96})\\s*");

    private static final Set<PosixFilePermission> NOT_THE_OWNER =
            EnumSet.of(
                    PosixFilePermission.GROUP_READ,
                    PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.GROUP_EXECUTE,
                    PosixFilePermission.OTHERS_READ,
                    PosixFilePermission.OTHERS_WRITE,
                    PosixFilePermission.OTHERS_EXECUTE);

    private RootKey() {}

    static Path path(KeyOptions.Root root) {
        return switch (root) {
            case KeyOptions.Root.KeyFile file -> file.path();
            case KeyOptions.Root.Passphrase file -> file.path();
        };
    }

    /** Reads the root key of an existing store. Writes nothing. */
    static Secret read(KeyOptions.Root root, Disk disk) throws IOException {
        Path path = path(root);
        if (!disk.exists(path)) {
            throw new StorageFailure(
                    CORRUPT,
                    "the root key "
                            + path
                            + " is missing, and without it the key store cannot be opened: put its"
                            + " backup back (chmod 600). Nothing was written");
        }
        checkPermissions(path);
        String text = new String(disk.read(path), US_ASCII);
        return switch (root) {
            case KeyOptions.Root.KeyFile file -> plain(file.path(), text);
            case KeyOptions.Root.Passphrase file -> opened(file, text);
        };
    }

    /** Makes a root key for a new store, or takes the one that lies ready. */
    static Secret readOrCreate(KeyOptions.Root root, Disk disk, SecureRandom random)
            throws IOException {
        Path path = path(root);
        if (disk.exists(path)) {
            return read(root, disk);
        }
        byte[] key = new byte[Secret.LENGTH];
        random.nextBytes(key);
        String text =
                switch (root) {
                    case KeyOptions.Root.KeyFile _ -> HexFormat.of().formatHex(key) + "\n";
                    case KeyOptions.Root.Passphrase file -> sealed(key, file.passphrase(), random);
                };
        Path directory = path.toAbsolutePath().getParent();
        if (directory != null) {
            disk.createDirectories(directory);
        }
        Durable.replace(disk, path.toAbsolutePath(), text.getBytes(US_ASCII));
        return new Secret(key);
    }

    private static Secret plain(Path path, String text) {
        Matcher matcher = PLAIN.matcher(text);
        if (!matcher.matches()) {
            throw unreadable(path, "64 hexadecimal digits");
        }
        return new Secret(HexFormat.of().parseHex(matcher.group(1)));
    }

    private static Secret opened(KeyOptions.Root.Passphrase file, String text) {
        Matcher matcher = SEALED.matcher(text);
        if (!matcher.matches()) {
            throw unreadable(file.path(), "a root key sealed under a passphrase");
        }
        HexFormat hex = HexFormat.of();
        int iterations = Integer.parseInt(matcher.group(1));
        if (iterations < ITERATIONS || iterations > MOST_ITERATIONS) {
            throw unreadable(
                    file.path(), "between " + ITERATIONS + " and " + MOST_ITERATIONS + " rounds");
        }
        byte[] salt = hex.parseHex(matcher.group(2));
        byte[] sealed = hex.parseHex(matcher.group(4));
        byte[] key = new byte[Secret.LENGTH];
        byte[] wrapping = stretch(file.passphrase(), salt, iterations);
        try {
            byte[] nonce = hex.parseHex(matcher.group(3));
            new Gcm().open(wrapping, nonce, LABEL, salt, sealed, 0, sealed.length, key, 0);
        } catch (Gcm.Unverified e) {
            throw new StorageFailure(
                    FOREIGN,
                    "the passphrase does not open the root key "
                            + file.path()
                            + ": it is another one, or the file was changed");
        } finally {
            Secret.wipe(wrapping);
        }
        return new Secret(key);
    }

    private static String sealed(byte[] key, char[] passphrase, SecureRandom random) {
        if (passphrase.length == 0) {
            throw new IllegalArgumentException("the passphrase of the root key is empty");
        }
        byte[] salt = new byte[16];
        byte[] nonce = new byte[Gcm.NONCE];
        random.nextBytes(salt);
        random.nextBytes(nonce);
        byte[] wrapping = stretch(passphrase, salt, ITERATIONS);
        byte[] sealed = new Gcm().seal(wrapping, nonce, LABEL, salt, key);
        Secret.wipe(wrapping);
        HexFormat hex = HexFormat.of();
        return """
        %s
        pbkdf2-hmac-sha512 %d
        salt %s
        nonce %s
        sealed %s
        """
                .formatted(
                        FIRST_LINE,
                        ITERATIONS,
                        hex.formatHex(salt),
                        hex.formatHex(nonce),
                        hex.formatHex(sealed));
    }

    private static byte[] stretch(char[] passphrase, byte[] salt, int iterations) {
        PBEKeySpec spec = new PBEKeySpec(passphrase, salt, iterations, Secret.LENGTH * 8);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has PBKDF2WithHmacSHA512", e);
        } finally {
            spec.clearPassword();
        }
    }

    /** Overwrites the passphrase, if the root has one: it was needed once. */
    static void forget(KeyOptions.Root root) {
        switch (root) {
            case KeyOptions.Root.KeyFile _ -> {}
            case KeyOptions.Root.Passphrase file -> Arrays.fill(file.passphrase(), '\0');
        }
    }

    private static StorageFailure unreadable(Path path, String wanted) {
        return new StorageFailure(
                CORRUPT,
                "the root key "
                        + path
                        + " does not hold "
                        + wanted
                        + ": put its backup back (chmod 600)");
    }

    private static void checkPermissions(Path path) throws IOException {
        Set<PosixFilePermission> permissions;
        try {
            permissions = Files.getPosixFilePermissions(path);
        } catch (UnsupportedOperationException | NoSuchFileException e) {
            return; // a disk without permissions, or one that is not the machine's
        }
        permissions.retainAll(NOT_THE_OWNER);
        if (!permissions.isEmpty()) {
            throw new StorageFailure(
                    FOREIGN,
                    "the root key "
                            + path
                            + " can be used by others than its owner; run: chmod 600 "
                            + path);
        }
    }
}
