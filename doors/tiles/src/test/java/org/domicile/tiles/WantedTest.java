package org.domicile.tiles;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.domicile.ledger.LogFile;
import org.junit.jupiter.api.Test;

/** One spelling of each path, and nothing at any other. */
class WantedTest {
    private static Optional<LogFile> ofPublicLog(String path) {
        return Wanted.at("/ledger/public/" + path)
                .map(wanted -> ((Wanted.OfPublicLog) wanted).file());
    }

    @Test
    void whatTheSpecificationNamesIsFound() {
        assertEquals(Optional.of(new LogFile.Checkpoint()), ofPublicLog("checkpoint"));
        assertEquals(Optional.of(new LogFile.Tile(0, 0, 256)), ofPublicLog("tile/0/000"));
        assertEquals(
                Optional.of(new LogFile.Tile(0, 1_234_067, 256)),
                ofPublicLog("tile/0/x001/x234/067"));
        assertEquals(Optional.of(new LogFile.Tile(63, 5, 17)), ofPublicLog("tile/63/005.p/17"));
        assertEquals(
                Optional.of(new LogFile.Bundle(273, 112)), ofPublicLog("tile/entries/273.p/112"));
        assertEquals(
                Optional.of(new LogFile.Bundle(1_000, 255)),
                ofPublicLog("tile/entries/x001/000.p/255"));
        assertEquals(
                Optional.of(new Wanted.OfUseLog("city", "node-1.b", new LogFile.Checkpoint())),
                Wanted.at("/ledger/use/city/node-1.b/checkpoint"));
        assertEquals(Optional.of(new Wanted.Page()), Wanted.at("/ledger/"));
        assertEquals(Optional.of(new Wanted.PageWithoutSlash()), Wanted.at("/ledger"));
    }

    @Test
    void nothingElseIsThere() {
        for (String path :
                List.of(
                        "",
                        "/",
                        "checkpoint/",
                        "checkpoint.p/1",
                        "tile",
                        "tile/",
                        "tile/0",
                        "tile/0/",
                        "tile/0/0",
                        "tile/0/00",
                        "tile/0/0000",
                        "tile/0/1000",
                        "tile/0/x001",
                        "tile/0/x000/001",
                        "tile/0/001/067",
                        "tile/0/x1234/067",
                        "tile/0/X001/067",
                        "tile/0/067/",
                        "tile/0/067.p",
                        "tile/0/067.p/",
                        "tile/0/067.p/0",
                        "tile/0/067.p/00",
                        "tile/0/067.p/01",
                        "tile/0/067.p/256",
                        "tile/0/067.p/1000",
                        "tile/0/067.p/1/",
                        "tile/0/067.P/1",
                        "tile/0/x001.p/067",
                        "tile/00/067",
                        "tile/64/067",
                        "tile/-1/067",
                        "tile/+1/067",
                        "tile/8/0/067",
                        "tile/entries",
                        "tile/Entries/067",
                        "tile/0/\u0661\u0662\u0663",
                        "tile/0/%30%30%30",
                        "tile/0/x999/x999/x999/x999/x999/999",
                        "tile/0/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/001",
                        "../public/checkpoint",
                        "./checkpoint",
                        "%2e%2e/public/checkpoint",
                        "..%2fcheckpoint",
                        "tile/0/../0/000",
                        "checkpoint%00",
                        "checkpoint\u0000",
                        "checkpoint;a=b")) {
            assertEquals(Optional.empty(), ofPublicLog(path), path);
        }
        for (String path :
                List.of(
                        "/",
                        "//ledger/public/checkpoint",
                        "/ledger//public/checkpoint",
                        "/Ledger/public/checkpoint",
                        "/ledger/checkpoint",
                        "/ledger/use/checkpoint",
                        "/ledger/use/city/checkpoint",
                        "/ledger/use//node-1/checkpoint",
                        "/ledger/use/../public/checkpoint",
                        "/ledger/use/city/../checkpoint",
                        "/ledger/use/city/.hidden/checkpoint",
                        "/ledger/use/ci%74y/node-1/checkpoint",
                        "/ledger/use/c\u00e9/node-1/checkpoint",
                        "/ledger/use/city/node-1/more/checkpoint",
                        "/ledger/use/" + "c".repeat(65) + "/node-1/checkpoint",
                        "/ledger/other/city/node-1/checkpoint",
                        "ledger/public/checkpoint",
                        "*")) {
            assertEquals(Optional.empty(), Wanted.at(path), path);
        }
    }
}
