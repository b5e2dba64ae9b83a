;;; Drives the debug adapter from dap-mode: emacs --batch -l dap_mode.el  -*- lexical-binding: t -*-
;; SETUP: what a user has in init.el; SPELL: the file; PORT: where that spell waits for a debugger.
;; One line for each thing that works.
(load (expand-file-name "steps" (file-name-directory load-file-name)))
(require 'lua-mode)
(require 'dap-mode)

(defun frame () (dap--debug-session-active-frame (dap--cur-session)))

(defun stopped-at (line) (wait (lambda () (and (frame) (= line (gethash "line" (frame)))))))

(defun ended () (wait (lambda () (not (dap--session-running (dap--cur-session))))))

(defun said (text)
  (wait (lambda ()
          (with-current-buffer (dap--debug-session-output-buffer (dap--cur-session))
            (line-there text)))))

(defun value (name)
  "The value of the variable NAME of the innermost scope."
  (let* ((session (dap--cur-session))
         (scopes (gethash "scopes" (dap-request session "scopes" :frameId (gethash "id" (frame)))))
         (reference (gethash "variablesReference" (elt scopes 0)))
         (found (dap-request session "variables" :variablesReference reference)))
    (seq-some (lambda (each) (and (equal name (gethash "name" each)) (gethash "value" each)))
              (gethash "variables" found))))

(defun template (name) (copy-tree (cdr (assoc name dap-debug-template-configurations))))

(load (getenv "SETUP"))
(find-file (getenv "SPELL"))
(go-to "return amo")
(dap-breakpoint-add)

(dap-debug (template "llmspell: this spell"))
(check (stopped-at 7) "breakpoint")
(check (equal "2" (value "amount")) "variables")
(let ((answer (dap-request (dap--cur-session) "evaluate"
                           :expression "amount + 40" :frameId (gethash "id" (frame)))))
  (check (equal "42" (gethash "result" answer)) "evaluate"))
(dap-ui-locals--refresh) ; nobody is idle here, and that is when the window is drawn
(check (wait (lambda () (with-current-buffer dap-ui--locals-buffer (line-there "amount: 2")))) "window")
(dap-step-out (dap--cur-session))
(check (stopped-at 11) "step")
(dap-continue (dap--cur-session) (dap--debug-session-thread-id (dap--cur-session)))
(check (ended) "end")
(check (said "6\tnil") "output")

(dap-debug (plist-put (template "llmspell: running spell") :port
                      (string-to-number (getenv "PORT"))))
(check (stopped-at 7) "attach")
(dap-disconnect (dap--cur-session))
