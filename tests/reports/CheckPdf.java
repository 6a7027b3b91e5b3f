// Checks PDF files against PDF/UA-1 with veraPDF, and prints a line of JSON for each: its path, the
// number of checks, the rules that failed. The class path has the jars; no build is needed.

import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

public class CheckPdf {
    public static void main(String[] paths) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour flavour = PDFAFlavour.PDFUA_1;
        for (String path : paths) {
            try (FileInputStream file = new FileInputStream(path);
                 PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour)) {
                ValidationResult result =
                    Foundries.defaultInstance().createValidator(flavour, false).validate(parser);
                StringBuilder failed = new StringBuilder();
                for (TestAssertion each : result.getTestAssertions()) {
                    if (each.getStatus() == TestAssertion.Status.FAILED) {
                        failed.append(failed.length() > 0 ? "," : "").append('"')
                            .append(each.getRuleId().getClause()).append('-')
                            .append(each.getRuleId().getTestNumber()).append('"');
                    }
                }
                System.out.println("{\"file\":\"" + path + "\",\"checks\":"
                    + result.getTotalAssertions() + ",\"failed\":[" + failed + "]}");
            }
        }
    }
}
